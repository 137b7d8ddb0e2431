import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errorData, NatterError } from '@natter/core/model';
import { damaged } from '../errors.ts';
import { versionOf } from './migrate.ts';
import { applicationId, migrations } from './schema.ts';

/**
 * Up to these sizes a database is read through when it is opened, which takes about 3 ms a megabyte; above them damage shows
 * when its page is read. A command that looks once and ends has less time than a process that stays.
 */
const checkedSize = { write: 32 * 1024 * 1024, read: 4 * 1024 * 1024 } as const;

/**
 * How long (milliseconds) a lock of another process is waited for: one that closes the database, or takes up what a killed one
 * left, holds all of it for a moment.
 */
export const patience = 10_000;

/**
 * Looks at a database before anything may change it, through a connection that cannot write. Throws a NatterError when it
 * is damaged, newer than this natter, or something else.
 */
export function inspect(file: string, access: 'write' | 'read'): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  const database = new DatabaseSync(file, { readOnly: true, timeout: patience });
  try {
    const version = versionOf(database);
    if (Number(database.prepare('PRAGMA application_id').get()?.['application_id']) !== applicationId)
      requireEmpty(database, file);
    if (version > migrations.length) throw newer(file, version);
    if (statSync(file).size <= checkedSize[access]) {
      const [problem] = problemsIn(database, 1);
      if (problem !== undefined) throw new NatterError(damaged(file, problem));
    }
  } finally {
    database.close();
  }
}

/** What SQLite finds wrong with the structure of a database, at most `limit` lines; each names a page or an index. */
function problemsIn(database: DatabaseSync, limit: number): readonly string[] {
  const rows = database.prepare(`PRAGMA quick_check(${limit})`).all();
  return rows
    .map((row) => String(Object.values(row)[0]).replace(/\s+/g, ' '))
    .filter((line) => line !== 'ok');
}

/** Our own new file has neither our mark nor any table when its process was killed before the first migration. */
function requireEmpty(database: DatabaseSync, file: string): void {
  if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) return;
  throw new NatterError(
    errorData(
      'storage',
      `${file} is a SQLite database, but not natter's: nothing was changed; name another file`,
      { userAction: 'repair-profile' },
    ),
  );
}

function newer(file: string, version: number): NatterError {
  return new NatterError(
    errorData(
      'storage',
      `${file} was written by a newer natter (format ${version}, this one reads up to ${migrations.length}): update natter; nothing was changed`,
      { userAction: 'repair-profile', condition: { version, known: migrations.length } },
    ),
  );
}
