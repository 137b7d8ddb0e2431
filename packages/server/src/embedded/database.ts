import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StartError } from '../start-error.ts';
import { integer } from './columns.ts';
import { isSharedWithOthers, makePrivateDirectory, makePrivateFile } from './private-files.ts';
import { applicationId, migrations } from './schema.ts';

/**
 * How long another process may hold the file before a write is refused as `unavailable`. The event loop stands still
 * for that time. Milliseconds.
 */
const busyTimeout = 2_000;

/** Bytes. https://www.sqlite.org/fileformat.html#the_database_header */
const headerSize = 100;

/** Name of the one file that holds everything. */
export const databaseFile = 'server.db';

/**
 * Opens the database of a data directory, makes it when there is none, and brings it up to this version's schema.
 * Files are 0600 and the folder is 0700 whatever the umask. A file that is not ours or is newer is left untouched.
 * @throws StartError with one line that says what is wrong.
 */
export function openDatabase(directory: string): DatabaseSync {
  const path = join(directory, databaseFile);
  try {
    makeDataDirectory(directory);
    makePrivateFile(path);
    checkHeader(path);
  } catch (error) {
    throw asStartError(error, path);
  }
  const database = new DatabaseSync(path, { timeout: busyTimeout, enableForeignKeyConstraints: false });
  try {
    const version = schemaVersion(database);
    checkVersion(version, path);
    // FULL: a commit is on the disk when it returns.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY',
    );
    if (version < migrations.length) migrate(database, version, path);
    return database;
  } catch (error) {
    database.close();
    throw asStartError(error, path);
  }
}

/** What an administrator, or a disk of its own, may have put where the data will be. */
const beforeTheData: ReadonlySet<string> = new Set(['server.toml', 'lost+found']);

/**
 * Makes a data directory, which only its owner can enter. A folder such as /tmp, which others use, is left as it is.
 * @throws StartError when it is one.
 */
export function makeDataDirectory(directory: string): void {
  if (!existsSync(join(directory, databaseFile)) && isSharedWithOthers(directory, beforeTheData))
    throw new StartError(
      'data',
      `${directory} holds other files and is open to others: choose a folder that the server has for itself`,
    );
  makePrivateDirectory(directory);
}

/**
 * Opens the database of a data directory to look at it, beside a server or without one. Nothing is made or changed.
 * @throws StartError when there is none, or one that this version does not know.
 */
export function openForReading(directory: string): DatabaseSync {
  const path = join(directory, databaseFile);
  if (!existsSync(path)) throw new StartError('data', `there are no data of a natter server in ${directory}`);
  let database: DatabaseSync | null = null;
  try {
    checkHeader(path);
    database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeout });
    const version = schemaVersion(database);
    checkVersion(version, path);
    if (version < migrations.length)
      throw new StartError(
        'data',
        `${path} was written by an older natter; start this server once, which brings it up to date`,
      );
    return database;
  } catch (error) {
    database?.close();
    throw asStartError(error, path);
  }
}

function migrate(database: DatabaseSync, from: number, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have been faster.
    for (const migration of migrations.slice(schemaVersion(database))) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}; PRAGMA application_id = ${applicationId}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      'data',
      `${path} cannot be brought from schema ${from} to ${migrations.length}, nothing was changed: ${reason}`,
      { cause: error },
    );
  }
}

function schemaVersion(database: DatabaseSync): number {
  return integer(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
}

/**
 * Looks at the file without its write-ahead log, which an ordinary connection would fold back on closing: a file that
 * is not ours stays as it is. https://www.sqlite.org/c3ref/open.html#coreuriquery (immutable)
 */
function checkHeader(path: string): void {
  const { id, version, tables } = readHeader(path);
  if (id !== applicationId && tables > 0) {
    throw new StartError('data', `${path} belongs to another program; choose another data directory`);
  }
  checkVersion(version, path);
}

function readHeader(path: string): { id: number; version: number; tables: number } {
  const { size } = statSync(path);
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const file = new DatabaseSync(url, { readOnly: true });
  try {
    // SQLite takes a file that is shorter than a header for an empty one, and would write over it.
    if (size > 0 && size < headerSize) throw new RangeError('shorter than the header of a database');
    return {
      id: integer(file.prepare('PRAGMA application_id').get() ?? {}, 'application_id'),
      version: schemaVersion(file),
      tables: integer(file.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}, 'tables'),
    };
  } catch (error) {
    const message = `${path} is not a database of a natter server; move it away or choose another data directory`;
    throw new StartError('data', message, { cause: error });
  } finally {
    file.close();
  }
}

function checkVersion(version: number, path: string): void {
  if (version > migrations.length) {
    throw new StartError(
      'data',
      `${path} was written by a newer natter (schema ${version}, this one knows ${migrations.length}); update natter`,
    );
  }
}

function asStartError(error: unknown, path: string): StartError {
  if (error instanceof StartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError('data', `cannot open ${path}: ${reason}`, { cause: error });
}
