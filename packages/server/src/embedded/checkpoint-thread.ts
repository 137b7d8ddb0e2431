import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What became of a checkpoint: `null` when it went well or somebody else was at it, else why not. */
export interface CheckpointAnswer {
  readonly error: string | null;
}

/** The thread that folds the write-ahead log of one database back, each time it is told to; `null` ends it. */
function run(path: string): void {
  const port = parentPort;
  if (port === null) return;
  const database = new DatabaseSync(path, { timeout: 0 });
  // FULL, as of the connection that writes: the log is on the disk before the database is touched, and that before the log
  // is used from its start again.
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  // PASSIVE waits for nobody, and nobody waits for it.
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const attempt = (): CheckpointAnswer => {
    try {
      checkpoint.get();
      return { error: null };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  port.on('message', (message: 'checkpoint' | null) => {
    if (message === 'checkpoint') return port.postMessage(attempt());
    database.close();
    port.close();
  });
}

run(String(workerData));
