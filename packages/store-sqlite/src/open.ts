import { resolve } from 'node:path';
import type { Store } from '@natter/core';
import { SqliteStore } from './store.ts';
import { openHere, openThread } from './thread/connection.ts';

/** Where a profile's database is and how it is opened. */
export interface SqliteStoreOptions {
  /** Made with its folder when it is not there: 0600 and 0700 whatever the umask. -wal, -shm, .lock and .pid stand beside it. */
  readonly file: string;
  /**
   * `full` (the default): what `apply` resolved survives a power cut. `normal`: it survives the end of the process, and a
   * power cut may take the last transactions; nothing is ever half there.
   */
  readonly synchronous?: 'full' | 'normal';
  /**
   * Only reads, beside a process that may be writing, in the calling thread: for a command that looks once and ends. Every
   * `apply` rejects. A file that is not there rejects with the code `not-found`.
   */
  readonly readOnly?: boolean;
}

/**
 * Opens a profile's store. Rejects with a NatterError of code `storage` when the file is damaged, was written by a newer
 * natter, is not natter's, or is open for writing in another process (which it names); then nothing was changed.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const file = resolve(options.file);
  const synchronous = options.synchronous ?? 'full';
  if (options.readOnly === true) {
    const connection = openHere({ file, synchronous, access: 'read', inspected: false });
    return new SqliteStore(connection, () => Promise.resolve(connection));
  }
  const writer = await openThread({ file, synchronous, access: 'write', inspected: false });
  return new SqliteStore(writer, () => openThread({ file, synchronous, access: 'read', inspected: true }));
}
