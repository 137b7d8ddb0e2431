import type { Connection } from '../wire/connection.ts';

/**
 * Bounds what has been read and is not stored yet: past the bound the socket is read no further, until half of it is
 * stored. The hub needs nothing from the socket to store a batch, so the wait always ends.
 */
export class Backpressure {
  readonly #connection: Connection;
  readonly #bound: number;
  #held = 0;
  #paused = false;

  constructor(connection: Connection, bound: number) {
    this.#connection = connection;
    this.#bound = bound;
  }

  /** Something was read. */
  take(amount: number): void {
    this.#held += amount;
    if (this.#paused || this.#held <= this.#bound) return;
    this.#paused = true;
    this.#connection.pause();
  }

  /** It is stored, or not needed any more. */
  give(amount: number): void {
    this.#held -= amount;
    if (!this.#paused || this.#held > this.#bound / 2) return;
    this.#paused = false;
    this.#connection.resume();
  }
}
