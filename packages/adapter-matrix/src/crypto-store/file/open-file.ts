import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NatterError } from '@natter/core/model';
import { damagedKeys, storageFailure } from './errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/**
 * Opens the file of one device, which is made when it is not there, and holds it against every other process.
 * `locking_mode = EXCLUSIVE` keeps SQLite's lock of the operating system until the file is closed or the process ends,
 * however that ends: a lock can never be stale. `synchronous = FULL` makes a commit survive a power cut.
 * @throws NatterError `storage`
 */
export function openKeyFile(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const isNew = makePrivate(file);
    database = new DatabaseSync(file, { timeout: 0, defensive: true, enableForeignKeyConstraints: false });
    database.exec(
      'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA locking_mode = EXCLUSIVE',
    );
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    setUp(database, file, isNew);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw storageFailure(file, error);
  }
}

function setUp(database: DatabaseSync, file: string, isNew: boolean): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {};
  const { application_id: application } = database.prepare('PRAGMA application_id').get() ?? {};
  if (version === 0 && application === 0 && (isNew || isEmpty(database))) {
    database.exec(
      `${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}; PRAGMA application_id = ${APPLICATION_ID}`,
    );
    return;
  }
  if (application !== APPLICATION_ID) throw new NatterError(damagedKeys(file, 'it is no file of keys'));
  if (version !== SCHEMA_VERSION) {
    throw new NatterError(damagedKeys(file, `its format ${String(version)} is of another natter`));
  }
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() ?? {};
  if (found !== 'ok') throw new NatterError(damagedKeys(file, String(found)));
}

/** A file whose maker was killed before its first commit. */
function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

/**
 * Makes sure that the file is there and the user's alone, whatever the umask; SQLite gives its -wal the same mode. A file
 * that is there is never opened here: closing it would drop the locks that SQLite holds on it in this process.
 * Returns whether it was made.
 */
function makePrivate(file: string): boolean {
  const folder = dirname(file);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
    chmodSync(file, 0o600);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return false;
  }
}
