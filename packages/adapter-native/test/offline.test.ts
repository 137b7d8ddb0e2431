import { expect, test } from 'vitest';
import { createHub, memoryBlobs, memorySecrets, memoryStore, type Store, type Write } from '@natter/core';
import { createNativeAdapter } from '../src/index.ts';
import { Connection } from '../src/wire/connection.ts';
import { startRealNetwork } from './support/real-network.ts';

const count = 10_000;
const { signal } = new AbortController();

/** A store that notes how much is written at once: what the hub and the adapter hold is never more than that. */
function measured(): { readonly store: Store; readonly largest: () => number } {
  let largest = 0;
  const store = memoryStore();
  const apply = store.apply.bind(store);
  Object.defineProperty(store, 'apply', {
    value: (writes: readonly Write[]) => {
      for (const write of writes)
        if ('put' in write && write.put === 'messages') largest = Math.max(largest, write.values.length);
      return apply(writes);
    },
  });
  return { store, largest: () => largest };
}

test('10,000 messages that came while nobody was there arrive once, in order, a page at a time', async () => {
  const network = await startRealNetwork();
  const { url, port } = network.server;
  const connection = new Connection({ url, openTimeout: 5_000, interval: 30_000, timeout: 60_000 });
  await connection.opened;
  const password = 'correct horse';
  await connection.request('sign-in', (id) => ({ type: 'sign-in', id, address: 'bob', password }));
  connection.signedIn(256, () => {});
  const send = (index: number) =>
    connection.request('send', (id) => ({
      type: 'send',
      id,
      clientId: `m${index}`,
      peer: 'alice',
      body: { text: `message ${index}` },
    }));
  for (let from = 0; from < count; from += 200)
    await Promise.all(Array.from({ length: 200 }, (_, index) => send(from + index)));

  const { store, largest } = measured();
  const hub = await createHub({
    store,
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createNativeAdapter()],
  });
  await hub.connect();
  const { methods } = hub.handlers;
  const address = `alice@127.0.0.1:${port}`;
  const { interaction } = await methods['account.add']({ network: 'native', address, config: {} }, signal);
  await methods['interaction.answer'](
    { interaction, answer: { action: 'submit', values: { password } } },
    signal,
  );
  const conversations = () => [...hub.profile.conversations.entries()].map(([, row]) => row);
  await expect.poll(() => conversations()[0]?.unread, { timeout: 60_000 }).toBe(count);
  const { rows } = await methods['history.page'](
    { conversation: conversations()[0]!.id, limit: count + 1, remote: false },
    signal,
  );
  expect(rows.map(({ content }) => content.text)).toEqual(
    Array.from({ length: count }, (_, index) => `message ${index}`),
  );
  expect(largest()).toBeGreaterThan(0);
  expect(largest()).toBeLessThanOrEqual(500);
  await hub.close();
  connection.close();
  await connection.closed;
  await network.close();
});
