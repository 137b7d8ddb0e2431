import type { ConversationId, Write } from '@natter/core';
import { describeStore, sample, type StoreUnderTest } from '@natter/testing/store';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Each run opens and closes two stores: the long tests make more of them. */
const runs = process.env['NATTER_LONG'] === '1' ? 150 : 12;

async function place(): Promise<StoreUnderTest> {
  const folder = await temporaryFolder();
  return {
    open: () => openSqliteStore({ file: `${folder.path}/natter.db` }),
    dispose: () => folder.remove(),
  };
}

describeStore('SQLite store', place, runs);

it('is found again after a restart when a failing transaction was the first to name its conversation', async () => {
  const somewhere = await place();
  const conversation = 'new' as ConversationId;
  const put = (id: string): Write => ({
    put: 'messages',
    values: [sample.message(id, conversation, id, { claimed: 'x' })],
  });
  const store = await somewhere.open();
  await expect(store.apply([put('m1'), put('m2')])).rejects.toThrow('claim one name');
  await store.apply([put('m1')]);
  await store.close();
  const again = await somewhere.open();
  const { rows } = await again.timeline({ conversation, at: 'end', before: 9, after: 0 });
  expect(rows.map((row) => row.id)).toEqual(['m1']);
  await again.close();
  await somewhere.dispose();
});
