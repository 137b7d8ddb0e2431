import { fromBase64, toBase64, type Credentials, type Mechanism } from '@natter/wire';
import type { IrcConnection } from './connection.ts';
import { asWireError, WireError } from './error.ts';
import { lastParam, param, type IrcLine } from './line.ts';
import { selectMechanisms, startMechanism } from './select-mechanism.ts';

/** Base64 characters of one AUTHENTICATE line; a full one says that more follows. */
const PIECE = 400;
/** Longest challenge that is put together. */
const MOST_CHALLENGE = 64 * 1024;

/** What SASL needs to know. */
export interface SaslParts {
  readonly credentials: Credentials;
  readonly mechanisms: readonly string[] | null;
  readonly pinned: string | null;
  readonly only: string | null;
  readonly private: boolean;
  readonly external: boolean;
}

/** One sign-in by SASL (IRCv3 sasl 3.2) with the strongest mechanism that both sides have. */
export class SaslSignIn {
  readonly #connection: IrcConnection;
  readonly #credentials: Credentials;
  readonly #names: string[];
  #mechanism: Mechanism | null = null;
  #started = false;
  #challenge = '';
  readonly #result = Promise.withResolvers<string>();

  /** Throws WireError when there is no mechanism to begin with. */
  constructor(connection: IrcConnection, parts: SaslParts) {
    this.#connection = connection;
    this.#credentials = parts.credentials;
    this.#names = [...selectMechanisms(parts)];
    this.#result.promise.catch(() => {}); // told to whoever awaits `start`
  }

  /** Resolves with the name of the mechanism that worked. */
  start(): Promise<string> {
    this.#begin();
    return this.#result.promise;
  }

  /** Takes a line that is about SASL. Answers take time, and lines come in order: the server waits for each. */
  take(line: IrcLine): void {
    switch (line.command) {
      case 'AUTHENTICATE':
        return this.#piece(param(line, 0));
      case '903':
        void this.#finish().catch((error: unknown) => this.#result.reject(asWireError(error)));
        return;
      case '908': // the mechanisms that there are; 904 follows
        return;
      case '904':
        // Before anything was said it is the mechanism that is refused, and the next one may do.
        if (!this.#started && this.#names.length > 1) {
          this.#names.shift();
          return this.#begin();
        }
        return this.#fail(this.#started ? 'sasl-failed' : 'sasl-mechanism', line);
      case '902':
      case '905':
      case '906':
        return this.#fail('sasl-failed', line);
    }
  }

  /** What we cannot go on with is taken back (sasl 3.1, "The AUTHENTICATE command"): the server is not left to wait. */
  readonly #abort = (error: unknown): void => {
    if (this.#connection.error === null) this.#connection.sendNow('AUTHENTICATE', ['*']);
    this.#result.reject(asWireError(error));
  };

  #begin(): void {
    const [name = ''] = this.#names;
    this.#mechanism = startMechanism(name, this.#credentials);
    this.#connection.sendNow('AUTHENTICATE', [name]);
  }

  #piece(piece: string): void {
    if (piece !== '+') this.#challenge += piece;
    if (this.#challenge.length > MOST_CHALLENGE)
      return this.#abort(new WireError('protocol', 'the sign-in challenge has no end'));
    if (piece.length === PIECE) return;
    const challenge = fromBase64(this.#challenge);
    this.#challenge = '';
    if (challenge === null)
      return this.#abort(new WireError('protocol', 'the sign-in challenge is no base64'));
    void this.#respond(challenge).catch(this.#abort);
  }

  async #respond(challenge: Uint8Array): Promise<void> {
    const mechanism = this.#mechanism;
    if (mechanism === null) return;
    const first = !this.#started;
    this.#started = true;
    const answer = toBase64(first ? await mechanism.initial() : await mechanism.respond(challenge));
    for (let at = 0; at < answer.length; at += PIECE)
      this.#connection.sendNow('AUTHENTICATE', [answer.slice(at, at + PIECE)]);
    if (answer.length % PIECE === 0) this.#connection.sendNow('AUTHENTICATE', ['+']);
  }

  async #finish(): Promise<void> {
    const mechanism = this.#mechanism;
    if (mechanism === null || !this.#started)
      throw new WireError('sasl-server', 'the server accepted a sign-in that it did not ask for');
    await mechanism.finish(null);
    this.#result.resolve(mechanism.name);
  }

  #fail(code: 'sasl-failed' | 'sasl-mechanism', line: IrcLine): void {
    this.#result.reject(new WireError(code, lastParam(line) || 'the server refused the sign-in', { line }));
  }
}
