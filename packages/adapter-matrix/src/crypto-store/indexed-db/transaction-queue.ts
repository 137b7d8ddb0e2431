/** What the queue runs: a transaction, one request a turn. */
export interface Turns {
  /** Does the next thing; returns whether it has ended. Never throws. */
  turn(): boolean;
}

/**
 * Runs transactions one after the other, in the order they were made: the standard lets an implementation be that strict
 * (section 2.7.1), and SQLite has one writer. Each request gets a turn of the event loop of its own, so that all
 * microtasks of its handlers have run, and could make the next request, before it is looked whether there is one.
 */
export class TransactionQueue {
  readonly #waiting: Turns[] = [];
  #scheduled = false;
  #whenIdle: (() => void)[] = [];

  add(transaction: Turns): void {
    this.#waiting.push(transaction);
    this.#schedule();
  }

  /** Resolves when no transaction runs or waits. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#waiting[0]?.turn() === true) this.#waiting.shift();
      if (this.#waiting.length > 0) this.#schedule();
      else for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
  }
}
