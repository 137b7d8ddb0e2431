import type { Store } from '../../ports/index.ts';
import type { Profile } from './profile.ts';
import { Transaction } from './transaction.ts';

/**
 * A piece of work within a transaction: reads, decides, writes into the transaction. It may be run again from the start
 * with another transaction, so it has no other effect.
 */
export type Work<T> = (transaction: Transaction) => T | Promise<T>;

interface Job {
  readonly run: Work<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one way in which anything stored changes. First in, first out; everything that waits when a commit begins shares its
 * transaction, so that many accounts pay for one fsync. A piece of work that throws is rejected alone: the rest is run
 * again without it.
 */
export class CommitQueue {
  readonly #profile: Profile;
  readonly #store: Store;
  #jobs: Job[] = [];
  #pumping: Promise<void> | null = null;

  constructor(profile: Profile, store: Store) {
    this.#profile = profile;
    this.#store = store;
  }

  /** Resolves with what the work returned once it is stored and shown. Rejects with what it threw, or a `storage` error. */
  run<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
      this.#pumping ??= this.#pump();
    });
  }

  /** Resolves when everything that was asked for until now is done. */
  async idle(): Promise<void> {
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    await Promise.resolve();
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      await this.#commit(jobs);
    }
    this.#pumping = null;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    let rest = jobs;
    while (rest.length > 0) {
      const transaction = new Transaction(this.#profile, this.#store);
      const outcome = await this.#runAll(transaction, rest);
      if ('failed' in outcome) {
        outcome.failed.reject(outcome.error);
        rest = rest.filter((job) => job !== outcome.failed);
        continue;
      }
      try {
        const writes = transaction.writes();
        if (writes.length > 0) await this.#store.apply(writes);
      } catch (error) {
        // One of them may have asked for what no store takes: it must not take the others' writes with it.
        if (rest.length > 1) for (const job of rest) await this.#commit([job]);
        else rest[0]?.reject(error);
        return;
      }
      try {
        transaction.publish();
      } catch (error) {
        for (const job of rest) job.reject(error);
        return;
      }
      for (const [index, job] of rest.entries()) job.resolve(outcome.values[index]);
      return;
    }
  }

  async #runAll(
    transaction: Transaction,
    jobs: readonly Job[],
  ): Promise<{ readonly values: readonly unknown[] } | { readonly failed: Job; readonly error: unknown }> {
    const values: unknown[] = [];
    for (const job of jobs) {
      try {
        const value = job.run(transaction);
        values.push(value instanceof Promise ? await value : value);
      } catch (error) {
        return { failed: job, error };
      }
    }
    return { values };
  }
}
