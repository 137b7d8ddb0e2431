import { hash, verify } from '@node-rs/argon2';
import { Refusal } from '../ports/refusal.ts';

/** What one hash costs. Memory in KiB. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
}

/** OWASP's advice for argon2id: 19 MiB, two passes. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
export const defaultPasswordCost: PasswordCost = { memory: 19_456, passes: 2 };

/** Shortest password that a user may choose. Length is what makes a password strong; nothing else is asked for. */
const shortestPassword = 6;

/** Hashes under way, and waiting, at one time: bounds the memory that strangers can make the server use. */
const mostRunning = 2;
const mostWaiting = 100;

/** The number of argon2id in the binding, whose const enum does not survive isolated modules. */
const argon2id = 2;

/** Hashes passwords by argon2id, off the event loop. */
export class Passwords {
  readonly #cost: PasswordCost;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #decoy: Promise<string> | null = null;

  constructor(cost: PasswordCost) {
    this.#cost = cost;
  }

  /** Hashes what a user has chosen. @throws Refusal `password-weak` */
  async hash(password: string): Promise<string> {
    if (password.length < shortestPassword) {
      throw new Refusal('password-weak', `A password has at least ${shortestPassword} characters.`);
    }
    return this.hashGiven(password);
  }

  /** Hashes what the administrator gives: their word, however short. */
  hashGiven(password: string): Promise<string> {
    return this.#inTurn(() => this.#hash(password));
  }

  /**
   * Whether the password is the one of the hash. With `null` (no such account) the same work is done for the same
   * time, so that the time tells nothing.
   */
  async verify(stored: string | null, password: string): Promise<boolean> {
    this.#decoy ??= this.#inTurn(() => this.#hash('no account has this password'));
    const expected = stored ?? (await this.#decoy);
    const matches = await this.#inTurn(() => verify(expected, password.normalize('NFC')));
    return matches && stored !== null;
  }

  #hash(password: string): Promise<string> {
    const { memory, passes } = this.#cost;
    return hash(password.normalize('NFC'), {
      algorithm: argon2id,
      memoryCost: memory,
      timeCost: passes,
      parallelism: 1,
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= mostRunning) {
      if (this.#waiting.length >= mostWaiting)
        throw new Refusal('too-fast', 'Too many sign-ins at once.', { retryAfter: 2000 });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
