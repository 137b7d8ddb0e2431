import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errorData, NatterError } from '@natter/core/model';
import { inspect, patience } from './inspect.ts';
import { lockProfile } from './lock.ts';
import { migrate, versionOf } from './migrate.ts';
import { makePrivateFile } from './permissions.ts';
import { migrations } from './schema.ts';

/** How a database is opened. */
export interface DatabaseSettings {
  readonly file: string;
  readonly access: 'write' | 'read';
  /**
   * `full`: what is resolved survives a power cut. `normal`: it survives the end of the process, and a power cut may take
   * the last transactions.
   */
  readonly synchronous: 'full' | 'normal';
  /** Set for a reader beside a writer that has looked at the file already. */
  readonly inspected: boolean;
}

/** An open database; `close` gives back its locks. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  close(): void;
}

/** Opens a profile's database; the writer makes it when it is not there. */
export function openDatabase(settings: DatabaseSettings): OpenDatabase {
  return settings.access === 'write' ? openForWriting(settings) : openForReading(settings);
}

function openForWriting({ file, synchronous }: DatabaseSettings): OpenDatabase {
  const lock = lockProfile(file);
  let database: DatabaseSync | undefined;
  try {
    inspect(file, 'write');
    makePrivateFile(file);
    database = new DatabaseSync(file, { timeout: patience, defensive: true });
    database.exec('PRAGMA journal_mode = WAL');
    setUp(database);
    database.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864`,
    );
    migrate(database, migrations);
  } catch (error) {
    database?.close();
    lock.release();
    throw error;
  }
  const opened = database;
  return {
    database: opened,
    close() {
      opened.close();
      lock.release();
    },
  };
}

function openForReading({ file, inspected }: DatabaseSettings): OpenDatabase {
  if (!existsSync(file)) throw new NatterError(errorData('not-found', `there is no database ${file}`));
  if (!inspected) inspect(file, 'read');
  const database = new DatabaseSync(file, { readOnly: true, timeout: patience, defensive: true });
  setUp(database);
  if (versionOf(database) < migrations.length) {
    database.close();
    throw new NatterError(
      errorData(
        'storage',
        `${file} is of an older format: open it for writing once, which brings it up to date`,
      ),
    );
  }
  return { database, close: () => database.close() };
}

function setUp(database: DatabaseSync): void {
  database.exec(
    'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768',
  );
}
