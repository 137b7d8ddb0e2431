// oxlint-disable unicorn/prefer-add-event-listener -- the store has `on` properties only, which is all that the crypto module uses
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NatterError } from '@natter/core/model';
import { describe, expect, it } from 'vitest';
import { openCryptoStore } from '../../src/crypto-store/crypto-store.ts';
import { newKeyFile, openStore } from './key-folder.ts';
import { startProgram } from './programs/start.ts';
import { keysOf, openDatabase, put, read } from './use-database.ts';

const rounds = process.env['NATTER_LONG'] === '1' ? 100 : 10;

function refusal(open: () => unknown): NatterError['data'] {
  try {
    open();
  } catch (error) {
    if (NatterError.isInstance(error)) return error.data;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the store of keys', () => {
  it('keeps values of structured clone in a file that is the user’s alone', async () => {
    const file = join(dirname(await newKeyFile()), 'deep', 'er', 'device.keys');
    const value = {
      bytes: new Uint8Array([1, 2]),
      at: new Date(7),
      map: new Map([['a', 1]]),
      none: undefined,
    };
    const first = openStore(file);
    await put(await openDatabase(first.prefix), 'keys', 'one', value);
    await first.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    chmodSync(file, 0o644);
    const second = openStore(file);
    expect(await read(await openDatabase(second.prefix), 'keys', 'one')).toStrictEqual(value);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is one process’s at a time, however that ends', async () => {
    const file = await newKeyFile();
    const holder = startProgram('holder', [file]);
    await holder.printed(1);
    expect(refusal(() => openStore(file))).toMatchObject({ code: 'storage', retriable: true });
    expect(refusal(() => openStore(file)).message).toContain(`${file} are in use by another process`);
    await holder.kill();
    openStore(file);
  });

  it('is opened once in a process', async () => {
    const file = await newKeyFile();
    openStore(file);
    expect(refusal(() => openStore(file)).message).toContain('in use');
  });

  it('keeps several devices apart', async () => {
    const one = openStore(await newKeyFile());
    const two = openStore(await newKeyFile());
    await put(await openDatabase(one.prefix), 'keys', 'k', 1);
    await put(await openDatabase(two.prefix), 'keys', 'k', 2);
    expect(await read(await openDatabase(one.prefix), 'keys', 'k')).toBe(1);
  });

  it('defines the names of IndexedDB only while a store is open', async () => {
    expect('indexedDB' in globalThis).toBe(false);
    const one = openStore(await newKeyFile());
    const two = openStore(await newKeyFile());
    await one.close();
    expect('indexedDB' in globalThis).toBe(true);
    expect(() => indexedDB.open('of another library')).toThrow(/only for the encryption keys/);
    await two.close();
    expect(
      Object.keys(Object.getOwnPropertyDescriptors(globalThis)).filter((name) =>
        /^(IDB|indexedDB)/.test(name),
      ),
    ).toEqual([]);
  });

  it('refuses beside another IndexedDB, and lets go of the file', async () => {
    const file = await newKeyFile();
    Object.defineProperty(globalThis, 'indexedDB', { value: {}, configurable: true });
    try {
      expect(refusal(() => openStore(file))).toMatchObject({ code: 'unsupported' });
    } finally {
      Reflect.deleteProperty(globalThis, 'indexedDB');
    }
    openStore(file);
  });
});

describe('durability', () => {
  it(
    'keeps what was confirmed and no group by halves when it is killed',
    { timeout: 20_000 + rounds * 5_000 },
    async () => {
      const file = await newKeyFile();
      let groups = 0;
      for (let round = 0; round < rounds; round += 1) {
        const writer = startProgram('writer', [file]);
        await writer.printed(2 + Math.floor(Math.random() * 20));
        await writer.kill();
        const confirmed = Number(writer.lines.at(-1));
        const store = openStore(file);
        const database = await openDatabase(store.prefix);
        const last = Number(await read(database, 'numbers', 'last'));
        expect(last).toBeGreaterThanOrEqual(confirmed);
        expect(await keysOf(database, 'sessions')).toHaveLength(last);
        expect(await keysOf(database, 'keys')).toHaveLength(last);
        await store.close();
        expect(last).toBeGreaterThan(groups);
        groups = last;
      }
    },
  );

  it('makes a barrier wait for a group that is under way', async () => {
    const file = await newKeyFile();
    const store = openStore(file);
    const database = await openDatabase(store.prefix);
    const order: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const group = store.together(async () => {
      await put(database, 'keys', 'a', 1);
      order.push('written');
      await gate;
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const barrier = store.barrier().then(() => order.push('barrier'));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    order.push('opened');
    open();
    await Promise.all([group, barrier]);
    expect(order).toEqual(['written', 'opened', 'barrier']);
  });

  it('commits what was written when the work of a group fails', async () => {
    const store = openStore(await newKeyFile());
    const database = await openDatabase(store.prefix);
    const group = store.together(async () => {
      await put(database, 'keys', 'a', 1);
      throw new Error('work');
    });
    await expect(group).rejects.toThrow('work');
    await store.barrier();
    expect(await read(database, 'keys', 'a')).toBe(1);
  });

  it('ends with a clear error when the disk takes no more, and keeps what was confirmed', async () => {
    const file = await newKeyFile();
    // The system refuses to let any file grow beyond 1 MB (POSIX counts in blocks of 512 bytes).
    const writer = startProgram('writer', [file], 'ulimit -f 2048;');
    await writer.printed(Number.MAX_SAFE_INTEGER);
    expect(writer.lines.at(-1)).toMatch(/^failed .*device\.keys/);
    const confirmed = Number(writer.lines.at(-2));
    const store = openStore(file);
    expect(Number(await read(await openDatabase(store.prefix), 'numbers', 'last'))).toBeGreaterThanOrEqual(
      confirmed,
    );
  });

  it('is at its end after the first failure', async () => {
    const file = await newKeyFile();
    const store = openStore(file);
    const database = await openDatabase(store.prefix);
    await expect(
      new Promise((_, reject) => {
        const transaction = database.transaction('keys', 'readwrite');
        transaction.objectStore('keys').put(1, 'a').onsuccess = () => {
          throw new Error('the crypto module panicked');
        };
        transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
      }),
    ).rejects.toMatchObject({ name: 'UnknownError' });
    expect(store.failures).toHaveLength(1);
    expect(store.failures[0]?.message).toContain('panicked');
    await expect(store.barrier()).rejects.toBe(store.failures[0]);
    await expect(put(database, 'keys', 'b', 1)).rejects.toMatchObject({ name: 'UnknownError' });
    await store.close();
    const again = openStore(file);
    expect(await keysOf(await openDatabase(again.prefix), 'keys')).toEqual([]);
  });
});

describe('a file that is not what was written', () => {
  const damages: [string, (file: string) => void][] = [
    ['no database', (file) => writeFileSync(file, 'x'.repeat(5_000))],
    [
      'a database of somebody else',
      (file) => {
        const other = new DatabaseSync(file);
        other.exec('CREATE TABLE theirs (a); PRAGMA user_version = 3');
        other.close();
      },
    ],
    ['a folder', (file) => mkdirSync(file)],
  ];
  it.each(damages)('says what to do: %s', async (_, damage) => {
    const file = await newKeyFile();
    damage(file);
    const { code, message } = refusal(() => openCryptoStore({ file, failed: () => {} }));
    expect(code).toBe('storage');
    expect(message).toContain(file);
    expect(message).toMatch(/sign in again|check its permissions/);
  });

  it('finds damage in the middle', async () => {
    const file = await newKeyFile();
    const store = openStore(file);
    const database = await openDatabase(store.prefix);
    for (let number = 0; number < 200; number += 1)
      await put(database, 'keys', `k${number}`, 'x'.repeat(1_000));
    await store.close();
    const { open } = await import('node:fs/promises');
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(4_096 * 20, 0x55), 0, 4_096 * 20, 4_096 * 3);
    await handle.close();
    expect(refusal(() => openStore(file)).message).toMatch(/are damaged .* Nothing was changed/);
  });
});
