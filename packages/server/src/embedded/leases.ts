import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Lease, Leases } from '../ports/lease.ts';
import { StartError } from '../start-error.ts';
import { makePrivateFile } from './private-files.ts';

/**
 * One server a data directory. The lock is SQLite's own on a file that is otherwise empty: the system lets go of it
 * when the process ends, however it ends, so that no stale lock is ever to be cleaned up by hand.
 */
export class FileLeases implements Leases {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  acquire(): Lease {
    const path = join(this.#directory, 'server.lock');
    makePrivateFile(path);
    const lock = new DatabaseSync(path);
    try {
      lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw new StartError(
        'data',
        `another server uses ${this.#directory}; stop it first, or choose another data directory`,
        { cause: error },
      );
    }
    return { release: () => lock.close() };
  }
}
