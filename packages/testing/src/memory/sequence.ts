import type { Push } from './network/protocol.ts';

/**
 * Puts pushes of the account's log back into order: a cursor may only move as far as everything before it is stored, so
 * what comes early waits for what is missing. What is in no log (presence, typing) passes, and so does what comes twice,
 * since telling the hub again is harmless.
 */
export class Sequence {
  readonly #early: Map<number, Push | null> = new Map();
  #at: number;

  /** `at`: how far the log was when the link was made; the rest of it is catch-up's. */
  constructor(at: number) {
    this.#at = at;
  }

  /** The pushes that may be committed now, in order. */
  take(push: Push): Push[] {
    if (push.at === null) return [push];
    // It comes again or late: told once more, but no cursor goes back for it.
    if (push.at <= this.#at) return [{ ...push, at: null }];
    this.#early.set(push.at, push);
    return this.#ready();
  }

  /** This place of the log was learned in another way: by the answer to a send. */
  skip(at: number): Push[] {
    if (at > this.#at && !this.#early.has(at)) this.#early.set(at, null);
    return this.#ready();
  }

  #ready(): Push[] {
    const ready: Push[] = [];
    for (let next = this.#early.get(this.#at + 1); next !== undefined; next = this.#early.get(this.#at + 1)) {
      this.#early.delete(++this.#at);
      if (next !== null) ready.push(next);
    }
    return ready;
  }
}
