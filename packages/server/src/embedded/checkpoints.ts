import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { CheckpointAnswer } from './checkpoint-thread.ts';
import { integer, text } from './columns.ts';
import type { Participant } from './journal.ts';

/** Pages of the write-ahead log after which it is folded back into the database, unless told otherwise. */
export const defaultCheckpointPages = 1000;

/**
 * How many times as many pages may be in the log before the writing connection does it itself: the thread copies without
 * holding up who writes, so that where nobody ever pauses it never gets all of it, and the log could not begin anew. A log that
 * grows far past that costs more for each message than it saves.
 */
const mostLag = 8;

/** How long nothing is tried after a fault. Milliseconds. */
const faultPause = 1_000;

/**
 * The first SQLite in which two connections can fold the log back and begin it anew in the same moment; in older ones that
 * could damage the file. https://www.sqlite.org/wal.html#walresetbug
 */
const safeVersion = [3, 51, 3] as const;

/**
 * Folds the write-ahead log back in a thread of its own, started when it is needed first: it takes two waits for the disk and
 * a write for each page, for which the event loop would stand still.
 */
export class Checkpoints implements Participant {
  readonly #path: string;
  readonly #pages: number;
  readonly #onFault: (error: unknown) => void;
  readonly #look: StatementSync;
  readonly #inThread: boolean;
  #worker: Worker | null = null;
  #working = false;
  #notBefore = 0;

  constructor(database: DatabaseSync, path: string, pages: number, onFault: (error: unknown) => void) {
    this.#path = path;
    this.#pages = pages;
    this.#onFault = onFault;
    this.#inThread = isSafe(database);
    database.exec(`PRAGMA wal_autocheckpoint = ${this.#inThread ? pages * mostLag : pages}`);
    this.#look = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  committed(): void {
    if (!this.#inThread || this.#working || performance.now() < this.#notBefore) return;
    const state = this.#look.get() ?? {};
    if (integer(state, 'log') - integer(state, 'checkpointed') < this.#pages) return;
    this.#working = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  rolledBack(): void {}

  /** Ends the thread. Resolves when it has let go of the database. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    await new Promise((resolve) => {
      worker.once('exit', resolve);
      worker.ref();
      worker.postMessage(null);
    });
  }

  #start(): Worker {
    // Sources run as they are under Node's type stripping, as in the tests; what is published is JavaScript.
    const program = import.meta.url.endsWith('.ts') ? './checkpoint-thread.ts' : './checkpoint-thread.js';
    const worker = new Worker(new URL(program, import.meta.url), {
      workerData: this.#path,
      name: 'natter-checkpoints',
    });
    worker.unref();
    worker.on('message', ({ error }: CheckpointAnswer) => {
      this.#working = false;
      if (error !== null) this.#failed(new Error(`the write-ahead log cannot be folded back: ${error}`));
    });
    worker.on('error', (error) => this.#failed(error));
    worker.on('exit', () => {
      this.#worker = null;
      this.#working = false;
    });
    return worker;
  }

  /** The log only grows meanwhile, and at last the writing connection takes its turn. */
  #failed(error: unknown): void {
    this.#notBefore = performance.now() + faultPause;
    this.#onFault(error);
  }
}

function isSafe(database: DatabaseSync): boolean {
  const version = text(database.prepare('SELECT sqlite_version() AS version').get() ?? {}, 'version');
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of safeVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
