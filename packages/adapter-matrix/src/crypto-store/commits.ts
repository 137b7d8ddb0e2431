import type { DatabaseSync } from 'node:sqlite';
import type { NatterError } from '@natter/core/model';

/** A write transaction that was begun or waits to begin, until its effects are durable or undone. */
export interface Ticket {
  /** Nothing of it is left to be written. */
  settle(): void;
}

/** What {@link Commits} reports to. */
export interface CommitsOptions {
  describe(caught: unknown): NatterError;
  /** Called once, with the first failure: no later write will be stored. */
  failed(error: NatterError): void;
}

/**
 * When what was written becomes durable. Every write transaction is one SQLite transaction of its own, or a savepoint in
 * a larger one while somebody holds several together: the crypto module stores what one sync brings in several steps, and
 * a process that is killed between two of them would lose a room key for ever.
 */
export class Commits {
  readonly #database: DatabaseSync;
  readonly #options: CommitsOptions;
  readonly #pending = new Set<Promise<void>>();
  #held = 0;
  /** Whether the larger transaction is open, and those that wait for its end. */
  #outer = false;
  #unflushed: (() => void)[] = [];
  #inner = false;
  #failure: NatterError | null = null;

  constructor(database: DatabaseSync, options: CommitsOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** To be called when a write transaction is made, so that a barrier waits for it. */
  announce(): Ticket {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pending.add(promise);
    const done = (): void => {
      this.#pending.delete(promise);
      resolve();
    };
    return { settle: () => (this.#outer ? this.#unflushed.push(done) : done()) };
  }

  /** Begins a write transaction; there is one at a time. */
  begin(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#held > 0 && !this.#outer) {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#outer = true;
    }
    this.#database.exec(this.#outer ? 'SAVEPOINT one' : 'BEGIN IMMEDIATE');
    this.#inner = true;
  }

  /** Ends it: durable now, or with the larger one. */
  commit(): void {
    this.#database.exec(this.#outer ? 'RELEASE one' : 'COMMIT');
    this.#inner = false;
    this.#flushWhenFree();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Undoes it. */
  rollback(): void {
    if (!this.#inner) return;
    this.#inner = false;
    if (!this.#database.isTransaction) return;
    this.#database.exec(this.#outer ? 'ROLLBACK TO one; RELEASE one' : 'ROLLBACK');
    this.#flushWhenFree();
  }

  /**
   * Makes all that is written while `run` works durable at once, when it ends; also when it throws, since what was
   * written by then is what would have been stored without it. `run` must not wait for a {@link barrier}.
   */
  async together<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#held += 1;
    const outcome = await run().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    this.#held -= 1;
    this.#flushWhenFree();
    await this.barrier();
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /**
   * Resolves when all that was written before the call is durable: to be awaited before anything that depends on it
   * leaves the process. Rejects for ever after the first failure.
   */
  async barrier(): Promise<void> {
    await Promise.all(this.#pending);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Refuses all later writing; what was written is durable. */
  async close(closed: NatterError): Promise<void> {
    await Promise.all(this.#pending);
    this.#failure ??= closed;
  }

  /** Ends all writing. What was not committed is undone. */
  fail(caught: unknown): NatterError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = this.#options.describe(caught);
    if (this.#database.isOpen && this.#database.isTransaction) {
      try {
        this.#database.exec('ROLLBACK');
      } catch {
        // SQLite undoes it when the file is opened next; the failure is reported already.
      }
    }
    this.#inner = false;
    this.#outer = false;
    this.#settleAll();
    this.#options.failed(this.#failure);
    return this.#failure;
  }

  #flushWhenFree(): void {
    if (this.#held > 0 || this.#inner || !this.#outer) return;
    try {
      this.#database.exec('COMMIT');
      this.#outer = false;
      this.#settleAll();
    } catch (error) {
      this.fail(error);
    }
  }

  #settleAll(): void {
    for (const settle of this.#unflushed.splice(0)) settle();
  }
}
