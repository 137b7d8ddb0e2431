import { NatterError, errorData } from '../../model/index.ts';
import type { Store } from '../../ports/index.ts';
import type { Profile } from './profile.ts';
import { Transaction } from './transaction.ts';

/**
 * A piece of work within a transaction: reads, decides, writes into the transaction. It may be run again from the start
 * with another transaction, so it has no other effect.
 */
export type Work<T> = (transaction: Transaction) => T | Promise<T>;

/**
 * Work of which each piece builds on the one before: once one fails, none behind it is done. A cursor in a later batch must
 * not cover the rows of an earlier one that was never stored.
 */
export class Chain {
  broken = false;
}

interface Job {
  readonly run: Work<unknown>;
  readonly chain: Chain | null;
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
  run<T>(work: Work<T>, chain: Chain | null = null): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ run: work, chain, resolve: resolve as (value: unknown) => void, reject });
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
        fail(outcome.failed, outcome.error);
        rest = rest.filter((job) => job !== outcome.failed);
        continue;
      }
      try {
        const writes = transaction.writes();
        if (writes.length > 0) await this.#store.apply(writes);
      } catch (error) {
        // One of them may have asked for what no store takes: it must not take the others' writes with it.
        if (rest.length > 1) for (const job of rest) await this.#commit([job]);
        else if (rest[0]) fail(rest[0], error);
        return;
      }
      try {
        transaction.publish();
      } catch (error) {
        for (const job of rest) fail(job, error);
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
        if (job.chain?.broken === true) throw brokenChain();
        const value = job.run(transaction);
        values.push(value instanceof Promise ? await value : value);
      } catch (error) {
        return { failed: job, error };
      }
    }
    return { values };
  }
}

/** Breaks its chain before anybody hears of it: what waits behind it may be next. */
function fail(job: Job, error: unknown): void {
  if (job.chain !== null) job.chain.broken = true;
  job.reject(error);
}

function brokenChain(): NatterError {
  return new NatterError(
    errorData('closed', 'something before this could not be stored', { scope: 'account' }),
  );
}
