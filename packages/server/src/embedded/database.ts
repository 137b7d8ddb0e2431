import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';
import { integer } from './columns.ts';
import { applicationId, migrations } from './schema.ts';

/**
 * How long another process may hold the file before a write is refused as `unavailable`. The event loop stands still
 * for that time. Milliseconds.
 */
const busyTimeout = 2_000;

/** Name of the one file that holds everything. */
const databaseFile = 'server.db';

/**
 * Opens the database of a data directory, makes it when there is none, and brings it up to this version's schema.
 * Files are 0600 and the folder is 0700 whatever the umask. A file that is not ours or is newer is left untouched.
 * @throws StartError with one line that says what is wrong.
 */
export function openDatabase(directory: string): DatabaseSync {
  const path = join(directory, databaseFile);
  try {
    makePrivateDirectory(directory);
    if (existsSync(path)) checkHeader(path);
    else closeSync(openSync(path, 'wx', 0o600));
    makePrivateFile(path);
  } catch (error) {
    throw asStartError(error, path);
  }
  const database = new DatabaseSync(path, { timeout: busyTimeout, enableForeignKeyConstraints: false });
  try {
    checkVersion(integer(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version'), path);
    // FULL: a commit is on the disk when it returns. The WAL is folded back rarely, as that costs a second write.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY',
    );
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw asStartError(error, path);
  }
}

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = integer(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}; PRAGMA application_id = ${applicationId}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Looks at the file before SQLite does, which would fold a write-ahead log back: a newer file stays as it is.
 * Offsets: https://www.sqlite.org/fileformat.html#the_database_header
 */
function checkHeader(path: string): void {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, header, 0, header.length, 0);
    // An empty file is what a crash between making the file and the first commit leaves.
    if (length === 0) return;
    if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
      throw new StartError(
        'data',
        `${path} is not a database of a natter server; move it away or choose another data directory`,
      );
    }
  } finally {
    closeSync(file);
  }
  const id = header.readUInt32BE(68);
  const version = header.readUInt32BE(60);
  if (id !== applicationId && (id !== 0 || version !== 0)) {
    throw new StartError('data', `${path} belongs to another program; choose another data directory`);
  }
  checkVersion(version, path);
}

function checkVersion(version: number, path: string): void {
  if (version > migrations.length) {
    throw new StartError(
      'data',
      `${path} was written by a newer natter (schema ${version}, this one knows ${migrations.length}); update natter`,
    );
  }
}

function makePrivateDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

/** SQLite gives the log files beside the database the mode of the database. */
function makePrivateFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

function asStartError(error: unknown, path: string): StartError {
  if (error instanceof StartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError('data', `cannot open ${path}: ${reason}`, { cause: error });
}
