import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Checkpoints } from '../src/embedded/checkpoints.ts';
import { openDatabase } from '../src/embedded/database.ts';
import { temporaryDirectory } from './support/server.ts';
import { until } from './support/until.ts';

interface Opened {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly checkpoints: Checkpoints;
  readonly faults: unknown[];
  write(): void;
  log(): { readonly pages: number; readonly left: number };
}

function open(pages: number, path?: string): Opened {
  const directory = temporaryDirectory();
  const database = openDatabase(directory);
  const faults: unknown[] = [];
  const real = join(directory, 'server.db');
  const checkpoints = new Checkpoints(database, path ?? real, pages, (error) => faults.push(error));
  const insert = database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)');
  const look = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  let written = 0;
  return {
    path: real,
    database,
    checkpoints,
    faults,
    write() {
      written += 1;
      insert.run(`${written}`, 'x'.repeat(3000));
      checkpoints.committed();
    },
    log() {
      const { log = 0, checkpointed = 0 } = look.get() ?? {};
      return { pages: Number(log), left: Number(log) - Number(checkpointed) };
    },
  };
}

it('the log is folded back by another thread, and begins anew', async () => {
  // The tables alone take more pages than that.
  const { write, log, checkpoints, database, path, faults } = open(20);
  write();
  const before = log().pages;
  // This thread does nothing about it meanwhile.
  await until(() => log().left === 0);
  expect(log().pages).toBe(before);
  write();
  expect(log().pages).toBeLessThan(before);
  await checkpoints.close();
  const rows = Number(database.prepare('SELECT count(*) AS count FROM setting').get()?.['count']);
  database.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const again = new DatabaseSync(path, { readOnly: true });
  expect(again.prepare('SELECT count(*) AS count FROM setting').get()).toEqual({ count: rows });
  again.close();
  expect(faults).toEqual([]);
});

it('the log does not grow without end when nobody ever pauses', () => {
  const { write, log, database } = open(20);
  let most = 0;
  for (let count = 0; count < 1000; count += 1) {
    write();
    most = Math.max(most, log().pages);
  }
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThan(250);
  database.close();
});

it('what is in the log alone is there after a crash', async () => {
  const { write, log, path, checkpoints, database } = open(20);
  let rows = 0;
  await until(() => {
    write();
    rows += 1;
    return log().left < 20;
  });
  for (let count = 0; count < 5; count += 1) write();
  expect(log().left).toBeGreaterThan(0);
  const copy = join(temporaryDirectory(), 'server.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  const crashed = new DatabaseSync(copy);
  expect(crashed.prepare('SELECT count(*) AS count FROM setting').get()).toEqual({ count: rows + 5 });
  expect(crashed.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  crashed.close();
  await checkpoints.close();
  database.close();
});

it('a thread that cannot work is told of, and the writing connection does its work', async () => {
  const { write, log, faults, database, checkpoints } = open(20, '/dev/null/nowhere.db');
  let most = 0;
  for (let count = 0; count < 200; count += 1) {
    write();
    most = Math.max(most, log().pages);
  }
  await until(() => faults.length > 0);
  await checkpoints.close();
  expect(faults).toHaveLength(1);
  expect(most).toBeLessThan(250);
  database.close();
});
