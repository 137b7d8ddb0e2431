import { spawnSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationId } from '@natter/core';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../src/index.ts';
import { runProgram } from './programs/run-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const rounds = process.env['NATTER_LONG'] === '1' ? 100 : 10;

it(
  'keeps what was acknowledged and nothing by halves when it is killed at any moment',
  { timeout: 20_000 + rounds * 5_000 },
  async () => {
    const folder = await temporaryFolder();
    let reached = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        // Ten kills a file: each is judged by all that the file holds, which grows.
        const file = `${folder.path}/natter-${Math.floor(round / 10)}.db`;
        const writer = runProgram('writer', [file]);
        await writer.nextLine();
        await sleep(Math.random() * 60);
        await writer.kill();
        reached += await expectWhole(file, writer.lines);
      }
    } finally {
      await folder.remove();
    }
    expect(reached).toBeGreaterThan(rounds);
  },
);

it('keeps what was acknowledged when the disk takes no more, and says so', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  const file = `${folder.path}/natter.db`;
  try {
    // The system refuses to let any file grow beyond 1 MB (POSIX counts in blocks of 512 bytes).
    const writer = runProgram('writer', [file], 'ulimit -f 2048;');
    await writer.ended();
    const { message, readable, ...error } = JSON.parse(
      writer.lines.at(-1)?.slice('error '.length) ?? '{}',
    ) as Record<string, unknown>;
    expect(error).toMatchObject({ code: 'storage', certain: true });
    expect(message).toContain(file);
    expect(message).toMatch(/space/);
    expect(readable).toBe(3);
    await expectWhole(file, writer.lines);
  } finally {
    await folder.remove();
  }
});

it('goes on where it was when the disk has space again', { timeout: 60_000 }, async (context) => {
  if (spawnSync('prlimit', ['--version']).status !== 0)
    return context.skip('raising the limit of a process needs prlimit of util-linux');
  const folder = await temporaryFolder();
  const file = `${folder.path}/natter.db`;
  try {
    const writer = runProgram('writer', [file, 'patient'], 'ulimit -S -f 2048;');
    const stored = (): number => writer.lines.filter((line) => line !== 'error').length;
    while (!writer.lines.includes('error')) expect(await writer.nextLine()).not.toBeNull();
    const raise = spawnSync('prlimit', ['--pid', String(writer.process.pid), '--fsize=unlimited']);
    expect(raise.status).toBe(0);
    const before = stored();
    while (stored() < before + 30) expect(await writer.nextLine()).not.toBeNull();
    await writer.kill();
    await expectWhole(file, writer.lines);
  } finally {
    await folder.remove();
  }
});

/** Checks the database and every transaction of the writer against what it printed; returns how many it acknowledged. */
async function expectWhole(file: string, lines: readonly string[]): Promise<number> {
  const acknowledged = new Map<string, number>();
  for (const line of lines) {
    const [lane = '', number] = line.split(' ');
    if (lane !== 'error') acknowledged.set(lane, Number(number));
  }
  const store = await openSqliteStore({ file });
  try {
    const { cursors } = await store.load();
    for (const [lane, number] of acknowledged) {
      const stored = Number(cursors.find((cursor) => cursor.key === lane)?.value);
      expect(stored).toBeGreaterThanOrEqual(number);
      const { rows } = await store.timeline({
        conversation: lane as ConversationId,
        at: 'end',
        before: 1_000_000,
        after: 0,
      });
      const expected = Array.from(
        { length: stored * 4 },
        (_, at) => `m-${lane}-${Math.floor(at / 4) + 1}-${at % 4}`,
      );
      expect(rows.map((row) => row.id)).toEqual(expected);
      expect((await store.search({ text: `${lane} ${stored}`, limit: 4 })).length).toBe(4);
    }
  } finally {
    await store.close();
  }
  const database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();
  return lines.length;
}
