import assert from 'node:assert/strict';

/** Waiting for things to become so, never for ever. */
export class Waiting {
  /** How long to wait for anything, in milliseconds. */
  readonly patience: number;
  #waiters: (() => void)[] = [];

  constructor(patience: number) {
    this.patience = patience;
  }

  /** Something has happened: whoever waits looks again. */
  readonly notify = (): void => {
    for (const waiter of this.#waiters.splice(0)) waiter();
  };

  /** The next thing that happens, or a moment, since a peer tells nobody. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 20);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Waits until it is so; fails with what was waited for. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + this.patience;
    while (!(await condition())) {
      assert.ok(performance.now() < deadline, `waited in vain: ${what}`);
      await this.next();
    }
  }

  /** Waits for a promise; fails with what was waited for. */
  async within<T>(what: string, promise: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const error = new assert.AssertionError({ message: `waited in vain: ${what}` });
    const timer = setTimeout(() => reject(error), this.patience);
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
