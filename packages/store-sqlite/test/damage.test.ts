import { createHash } from 'node:crypto';
import { copyFile, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { ConversationId } from '@natter/core';
import { sample } from '@natter/testing/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageError } from '../src/errors.ts';
import { migrate, versionOf } from '../src/file/migrate.ts';
import { migrations } from '../src/file/schema.ts';
import { openSqliteStore } from '../src/index.ts';
import { openHere } from '../src/thread/connection.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = `${folder.path}/natter.db`;
});
afterEach(async () => {
  await folder.remove();
});

async function fill(): Promise<void> {
  const store = await openSqliteStore({ file });
  const values = Array.from({ length: 500 }, (_, at) => sample.message(`m${at}`, 'c', `${1000 + at}`));
  await store.apply([{ put: 'messages', values }]);
  await store.close();
}

async function hash(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Opening must fail with one line that names the file, and leave the database as it was. */
async function expectRefusal(text: RegExp): Promise<void> {
  const [before, files] = [await hash(), await readdir(folder.path)];
  for (const readOnly of [false, true]) {
    const refusal = await openSqliteStore({ file, readOnly }).then(
      () => null,
      (error: unknown) => (error as { data: { code: string; message: string } }).data,
    );
    expect(refusal?.code).toBe('storage');
    expect(refusal?.message).toContain(file);
    expect(refusal?.message).toMatch(text);
    expect(refusal?.message).not.toContain('\n');
  }
  expect(await hash()).toBe(before);
  expect((await readdir(folder.path)).filter((name) => !/\.lock$|-shm$|-wal$/.test(name))).toEqual(
    files.filter((name) => !/\.lock$|-shm$|-wal$/.test(name)),
  );
}

describe('a damaged database', () => {
  it('is refused by page when a page is overwritten', async () => {
    await fill();
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    for (let page = 60; page < Math.min(80, size / 4096); page += 1)
      await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    await handle.close();
    await expectRefusal(/damaged \(.*page \d+.*\.recover/);
  });

  it('is refused when its end is missing', async () => {
    await fill();
    await truncate(file, 4096 * 40);
    await expectRefusal(/damaged/);
  });

  it('is refused when it is no database at all', async () => {
    await writeFile(file, 'remember the milk\n'.repeat(1000));
    await expectRefusal(/damaged \(file is not a database\)/);
  });

  it('is reported when its damage shows only later, as in one that is too large to be read through', async () => {
    await fill();
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    // All but the first pages, which hold the schema.
    for (let page = 45; page < size / 4096; page += 1)
      await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    await handle.close();
    const before = await hash();
    const connection = openHere({ file, access: 'read', synchronous: 'full', inspected: true });
    const query = { conversation: 'c' as ConversationId, at: 'end', before: 500, after: 0 } as const;
    await expect(connection.read('timeline', query)).rejects.toMatchObject({
      data: { code: 'storage', userAction: 'repair-profile' },
    });
    await expect(connection.read('timeline', query)).rejects.toThrow(file);
    await connection.close();
    expect(await hash()).toBe(before);
  });
});

describe("somebody else's database", () => {
  it('of another program is refused', async () => {
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE bookmark (url TEXT)');
    database.close();
    await expectRefusal(/not natter's/);
  });

  it('of a newer natter is refused', async () => {
    await fill();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expectRefusal(/newer natter \(format 99, this one reads up to \d+\): update natter/);
  });
});

describe('migrations', () => {
  it('leave the last whole version when one fails', () => {
    const database = new DatabaseSync(file);
    const steps = ['CREATE TABLE first (x)', 'CREATE TABLE second (x); INSERT INTO missing VALUES (1)'];
    expect(() => migrate(database, steps)).toThrow('missing');
    expect(versionOf(database)).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
      { name: 'first' },
    ]);
    migrate(database, ['CREATE TABLE first (x)', 'CREATE TABLE second (x)']);
    expect(versionOf(database)).toBe(2);
    database.close();
  });

  it('go on from a file that was only begun', async () => {
    await writeFile(file, '');
    const store = await openSqliteStore({ file });
    expect((await store.load()).lastChange).toBe(0);
    await store.close();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(versionOf(database)).toBe(migrations.length);
    database.close();
  });

  it('find the write-ahead log of a killed process', async () => {
    const store = await openSqliteStore({ file });
    await store.apply([{ put: 'account', value: sample.account('a') }]);
    // What a killed process leaves: the database with its -wal, and a -shm that is built anew.
    await copyFile(file, `${folder.path}/copy.db`);
    await copyFile(`${file}-wal`, `${folder.path}/copy.db-wal`);
    await store.close();
    const reader = await openSqliteStore({ file: `${folder.path}/copy.db`, readOnly: true });
    expect((await reader.load()).accounts.length).toBe(1);
    await reader.close();
    const copy = await openSqliteStore({ file: `${folder.path}/copy.db` });
    expect((await copy.load()).accounts.length).toBe(1);
    await copy.close();
  });
});

describe('errors of SQLite', () => {
  it('of a full disk say so', () => {
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3');
    let caught: unknown;
    try {
      database.prepare('INSERT INTO t VALUES (zeroblob(100000))').run();
    } catch (error) {
      caught = error;
    }
    database.close();
    expect(storageError(file, caught)).toMatchObject({ code: 'storage', retriable: true, certain: true });
    expect(storageError(file, caught).message).toMatch(/no space left/);
  });

  it.each([
    ['the file that readers share', Object.assign(new Error('disk I/O error'), { errcode: 4874 })],
    [
      "the system's",
      Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      }),
    ],
    [
      "the user's share",
      Object.assign(new Error('EDQUOT: disk quota exceeded, open'), { code: 'EDQUOT', syscall: 'open' }),
    ],
  ])('of no space say the same wherever it is missing: %s', (_, caught) => {
    expect(storageError(file, caught)).toMatchObject({ code: 'storage', retriable: true, certain: true });
    expect(storageError(file, caught).message).toMatch(
      /no space left to write .*natter\.db: free some space/,
    );
  });
});
