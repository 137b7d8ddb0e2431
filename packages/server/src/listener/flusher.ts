/** Something that has frames to write. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes what all connections have gathered in a turn of the event loop: one system call a connection and turn,
 * however many frames.
 */
export class Flusher {
  #waiting = new Set<Flushable>();
  #scheduled = false;

  add(connection: Flushable): void {
    this.#waiting.add(connection);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const connection of waiting) connection.flush();
  }
}
