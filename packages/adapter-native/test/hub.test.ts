import { createHub, memoryBlobs, memorySecrets, memoryStore, type AccountId, type Hub } from '@natter/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNativeAdapter } from '../src/index.ts';
import { startRealNetwork, type RealNetwork } from './support/real-network.ts';

let network: RealNetwork;
let hub: Hub;
const { signal } = new AbortController();

beforeEach(async () => {
  network = await startRealNetwork();
  hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createNativeAdapter()],
    backoff: { base: 20, cap: 50 },
  });
  await hub.connect();
});

afterEach(async () => {
  await hub.close();
  await network.close();
});

async function add(user: string): Promise<AccountId> {
  const { methods } = hub.handlers;
  const address = `${user}@127.0.0.1:${network.proxy.port}`;
  const { interaction } = await methods['account.add']({ network: 'native', address, config: {} }, signal);
  const answer = { action: 'submit', values: { password: 'correct horse' } };
  const { account } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error('not signed in');
  await expect.poll(() => hub.profile.statuses.get(account)?.state.phase, { timeout: 5_000 }).toBe('online');
  return account;
}

function contactOf(account: AccountId) {
  return [...hub.profile.contacts.entries()]
    .map(([, contact]) => contact)
    .find((contact) => contact.account === account);
}

test('two accounts of one hub: contacts, presence, messages both ways, over a broken link', async () => {
  const { methods } = hub.handlers;
  const alice = await add('alice');
  const bob = await add('bob');
  await methods['roster.change'](
    { key: 'r1', account: alice, change: { action: 'add', address: 'bob', text: 'hello' } },
    signal,
  );
  await expect.poll(() => contactOf(bob)?.subscription.from).toBe('pending');
  const request = contactOf(bob);
  if (request === undefined) throw new Error('no request');
  await methods['roster.change'](
    { key: 'r2', account: bob, change: { action: 'accept', contact: request.id } },
    signal,
  );
  await expect.poll(() => contactOf(alice)?.subscription).toEqual({ to: 'granted', from: 'granted' });
  const friend = contactOf(alice);
  if (friend === undefined) throw new Error('no contact');
  await expect.poll(() => hub.profile.presences.get(friend.id)?.availability).toBe('available');

  const to = { person: friend.person };
  const texts = Array.from({ length: 20 }, (_, index) => `number ${index}`);
  for (const [index, text] of texts.entries()) {
    if (index % 7 === 3) network.proxy.cutAll('reset');
    await methods['message.send'](
      { key: `m${index}`, to, draft: { content: { kind: 'text', text } } },
      signal,
    );
  }
  const heard = async (account: AccountId): Promise<string[]> => {
    const rows = [...hub.profile.conversations.entries()].map(([, row]) => row);
    const conversation = rows.find((row) => row.account === account)?.id;
    if (conversation === undefined) return [];
    const page = await methods['history.page']({ conversation, limit: 50, remote: false }, signal);
    return page.rows.map(({ content }) => content.text);
  };
  await expect.poll(() => heard(bob), { timeout: 10_000 }).toEqual(texts);
  await expect.poll(() => heard(alice), { timeout: 10_000 }).toEqual(texts);
  const unread = (): number | undefined =>
    [...hub.profile.conversations.entries()].find(([, each]) => each.account === bob)?.[1].unread;
  await expect.poll(unread, { timeout: 10_000 }).toBe(20);

  await methods['account.enable']({ account: bob, enabled: false }, signal);
  await expect.poll(() => hub.profile.presences.get(friend.id)?.availability).toBe('offline');
});
