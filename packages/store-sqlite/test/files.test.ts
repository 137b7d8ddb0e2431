import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { NatterError, type BlobId } from '@natter/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockProfile } from '../src/file/lock.ts';
import { openFileBlobs, openSqliteStore } from '../src/index.ts';
import { sample } from '@natter/testing/store';
import { runProgram } from './programs/run-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await folder.remove();
});

async function modes(path: string): Promise<Record<string, string>> {
  const names = await readdir(path);
  const entries = names.map(
    async (name) => [name, ((await stat(`${path}/${name}`)).mode & 0o777).toString(8)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

describe('files of a profile', () => {
  it.each([0o000, 0o022, 0o777])("are the user's alone under umask %o", async (umask) => {
    const before = process.umask(umask);
    try {
      const store = await openSqliteStore({ file: `${folder.path}/new/deep/natter.db` });
      await store.apply([{ put: 'messages', values: [sample.message('m', 'c', '1')] }]);
      await store.search({ text: 'text', limit: 1 });
      const blobs = await openFileBlobs({ directory: `${folder.path}/new/blobs` });
      await (await blobs.write('b1' as BlobId, 0)).close();
      expect(await modes(`${folder.path}/new/deep`)).toEqual(
        Object.fromEntries(['', '-shm', '-wal', '.lock', '.pid'].map((end) => [`natter.db${end}`, '600'])),
      );
      expect(await modes(`${folder.path}/new`)).toEqual({ deep: '700', blobs: '700' });
      expect(await modes(`${folder.path}/new/blobs`)).toEqual({ b1: '600' });
      expect(await modes(folder.path)).toEqual({ new: '700' });
      await store.close();
    } finally {
      process.umask(before);
    }
  });

  it('are made private when others could read them, in a folder that stays as it is', async () => {
    await mkdir(`${folder.path}/shared`);
    await chmod(`${folder.path}/shared`, 0o755);
    const file = `${folder.path}/shared/natter.db`;
    await writeFile(file, '');
    await chmod(file, 0o644);
    await (await openSqliteStore({ file })).close();
    expect(await modes(folder.path)).toEqual({ shared: '755' });
    expect((await modes(`${folder.path}/shared`))['natter.db']).toBe('600');
  });
});

describe('the right to write', () => {
  it("is one store's at a time, in one process", async () => {
    const file = `${folder.path}/natter.db`;
    const store = await openSqliteStore({ file });
    await expect(openSqliteStore({ file })).rejects.toMatchObject({
      data: { code: 'storage', condition: { pid: process.pid } },
    });
    await store.close();
    await (await openSqliteStore({ file })).close();
  });

  it('names the process that holds it, and ends with it however it ends', async () => {
    const file = `${folder.path}/natter.db`;
    const holder = runProgram('holder', [file]);
    await holder.nextLine();
    const refusal = openSqliteStore({ file });
    await expect(refusal).rejects.toThrow(`${file} is in use by process ${holder.process.pid}`);
    await expect(refusal).rejects.toSatisfy((error) => NatterError.isInstance(error));
    await holder.kill();
    await (await openSqliteStore({ file })).close();
  });

  it('is given back when who has it cannot be written down', async () => {
    const file = `${folder.path}/natter.db`;
    await mkdir(`${file}.pid`);
    await expect(Promise.resolve().then(() => lockProfile(file))).rejects.toThrow('EISDIR');
    await rm(`${file}.pid`, { recursive: true, force: true });
    lockProfile(file).release();
  });

  it('is not needed to read beside the writer, which sees what was committed', async () => {
    const file = `${folder.path}/natter.db`;
    await expect(openSqliteStore({ file, readOnly: true })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    const store = await openSqliteStore({ file });
    const reader = await openSqliteStore({ file, readOnly: true });
    await store.apply([{ put: 'account', value: sample.account('a') }]);
    expect((await reader.load()).accounts.length).toBe(1);
    await expect(reader.apply([{ put: 'account', value: sample.account('b') }])).rejects.toMatchObject({
      data: { code: 'storage' },
    });
    await reader.close();
    await store.close();
    const alone = await openSqliteStore({ file, readOnly: true });
    expect((await alone.load()).accounts.length).toBe(1);
    await alone.close();
  });
});

describe('a lock of another program', () => {
  it.each([false, true])(
    'of the whole database is waited for when it is opened (only to read: %s)',
    async (readOnly) => {
      const file = `${folder.path}/natter.db`;
      await (await openSqliteStore({ file })).close();
      const holder = runProgram('exclusive', [file, '400']);
      expect(await holder.nextLine()).toBe('held');
      const store = await openSqliteStore({ file, readOnly });
      expect((await store.load()).accounts).toEqual([]);
      await store.close();
      await holder.ended();
    },
  );

  it('for writing is waited for, and reading goes on meanwhile', async () => {
    const file = `${folder.path}/natter.db`;
    const store = await openSqliteStore({ file });
    const reader = await openSqliteStore({ file, readOnly: true });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    let stored = false;
    const apply = store.apply([{ put: 'account', value: sample.account('a') }]).then(() => (stored = true));
    await sleep(200);
    expect((await reader.load()).accounts).toEqual([]);
    expect(stored).toBe(false);
    other.exec('COMMIT');
    await apply;
    expect((await reader.load()).accounts.length).toBe(1);
    other.close();
    await reader.close();
    await store.close();
  });
});
