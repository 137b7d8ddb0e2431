/**
 * Applies transactions without end in several lanes at once and prints `lane number` for each that has resolved, or the
 * data of the error that ended it: for tests that kill it or take its disk away. Arguments: the database file, and
 * `patient` for one that says `error` and tries again.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountId, Write } from '@natter/core';
import { NatterError } from '@natter/core/model';
import { sample } from '@natter/testing/store';
import { openSqliteStore } from '../../src/index.ts';

const [file = '', patient] = process.argv.slice(2);
const store = await openSqliteStore({ file });
const { cursors } = await store.load();
const begun = new Map(cursors.map((cursor) => [cursor.key, Number(cursor.value)]));

/** What transaction `number` of a lane writes: the messages and, with them, the cursor that covers them. */
function transaction(lane: string, number: number): Write[] {
  const texts = Array.from({ length: 4 }, (_, at) => `${lane} ${number} ${at} `.padEnd(200, 'x'));
  const values = texts.map((text, at) => {
    const id = `m-${lane}-${number}-${at}`;
    return sample.message(id, lane, `${number}`.padStart(9, '0') + at, {
      content: { kind: 'text', text },
      stable: id as never,
    });
  });
  return [
    { put: 'messages', values },
    { put: 'cursor', value: { account: 'a' as AccountId, key: lane, value: `${number}` } },
  ];
}

async function run(lane: string): Promise<void> {
  for (let number = (begun.get(lane) ?? 0) + 1; ; number += 1) {
    await apply(transaction(lane, number));
    writeSync(1, `${lane} ${number}\n`);
  }
}

async function apply(writes: readonly Write[]): Promise<void> {
  for (;;) {
    try {
      return await store.apply(writes);
    } catch (error) {
      if (patient === undefined) throw error;
      writeSync(1, 'error\n');
      await sleep(50);
    }
  }
}

try {
  await Promise.all(['one', 'two', 'three'].map(run));
} catch (error) {
  if (!NatterError.isInstance(error)) throw error;
  const readable = (await store.load()).cursors.length;
  writeSync(1, `error ${JSON.stringify({ ...error.data, readable })}\n`);
  process.exit(0);
}
