import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PassCrashPoint } from '../crash-points.ts';
import { Tally } from '../metrics/tally.ts';
import { Refusal } from '../ports/refusal.ts';

interface Job {
  /** Does the work inside a transaction and keeps the result; may run again after a rollback. */
  run(): void;
  /** Tells the caller, after the commit. */
  settle(): void;
  fail(error: unknown): void;
}

/** What takes part in a transaction beside the rows: caches, and what is to be told after the commit. */
export interface Participant {
  committed(): void;
  rolledBack(): void;
}

/** Jobs of one transaction: bounds the time for which the event loop is held. */
const mostJobs = 1024;

/** How long patient jobs are gathered while one transaction follows on another, and how soon is soon. Milliseconds. */
const patience = 10;
const soon = 30;

/**
 * Group commit. Jobs that arrive in one turn of the event loop share a transaction, so the one fsync is paid by all.
 * A caller hears of its job after the commit and never before.
 *
 * A job is synchronous, touches only the database and participants, and refuses (throws `Refusal`) only before its
 * first write. Any other throw rolls all back, and the jobs run again one by one, so that one fault harms one job.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #pass: PassCrashPoint;
  readonly #tally: Tally;
  readonly #participants: Participant[] = [];
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #jobs: Job[] = [];
  #scheduled = false;
  #gathering: NodeJS.Timeout | null = null;
  #lastFlush = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync, pass: PassCrashPoint, tally: Tally = new Tally()) {
    this.#database = database;
    this.#pass = pass;
    this.#tally = tally;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
  }

  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  write<T>(work: () => T): Promise<T> {
    const written = this.#add(work);
    this.#flushThisTurn();
    return written;
  }

  /**
   * The same for what nobody minds to wait a few milliseconds for: in a storm of such jobs, as when all clients come back at
   * once, they are gathered, since a transaction costs more than what is in it.
   */
  writePatiently<T>(work: () => T): Promise<T> {
    if (performance.now() - this.#lastFlush > soon) return this.write(work);
    this.#gathering ??= setTimeout(() => this.flush(), patience);
    return this.#add(work);
  }

  #flushThisTurn(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  #add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let outcome: () => void = () => reject(unavailable());
      this.#jobs.push({
        run: () => {
          try {
            const value = work();
            outcome = () => resolve(value);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            outcome = () => reject(error);
          }
        },
        settle: () => outcome(),
        fail: reject,
      });
    });
  }

  /** Commits what is waiting, now. */
  flush(): void {
    this.#scheduled = false;
    this.#lastFlush = performance.now();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    while (this.#jobs.length > 0) this.#transact(this.#jobs.splice(0, mostJobs));
  }

  #transact(jobs: readonly Job[]): void {
    const failure = this.#attempt(jobs);
    if (failure === null) return;
    // The fault of the file is everybody's: trying one by one would only take as long for each.
    if (failure.ofJob && jobs.length > 1) for (const job of jobs) this.#transact([job]);
    else for (const job of jobs) job.fail(unavailable(failure.error));
  }

  /** Returns what went wrong, after undoing everything, and whether it was in a job. */
  #attempt(jobs: readonly Job[]): { readonly error: unknown; readonly ofJob: boolean } | null {
    let inJob = false;
    const start = performance.now();
    try {
      this.#pass('before-begin');
      this.#begin.run();
      this.#pass('before-write');
      inJob = true;
      for (const job of jobs) job.run();
      inJob = false;
      this.#pass('after-write-before-commit');
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const participant of this.#participants) participant.rolledBack();
      this.#tally.failedCommits += 1;
      return { error, ofJob: inJob };
    }
    this.#tally.committed(jobs.length, performance.now() - start);
    this.#pass('after-commit-before-ack');
    for (const job of jobs) job.settle();
    this.#pass('before-publish');
    for (const participant of this.#participants) participant.committed();
    this.#pass('after-publish');
    return null;
  }
}

/** The disk is full, the file is locked by somebody else, or worse: nothing was changed, and asking again may help. */
function unavailable(cause?: unknown): Refusal {
  const refusal = new Refusal('unavailable', 'The server cannot store this just now; nothing was changed.', {
    retryAfter: 1000,
  });
  if (cause !== undefined) refusal.cause = cause;
  return refusal;
}
