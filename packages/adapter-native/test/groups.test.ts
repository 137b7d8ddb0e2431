import {
  createHub,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  type AccountId,
  type Conversation,
  type Hub,
  type RoomAction,
} from '@natter/core';
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

/** A busy machine takes its time. */
const eventually = <T>(value: () => T) => expect.poll(value, { timeout: 10_000 });

async function add(user: string): Promise<AccountId> {
  const { methods } = hub.handlers;
  const address = `${user}@127.0.0.1:${network.proxy.port}`;
  const { interaction } = await methods['account.add']({ network: 'native', address, config: {} }, signal);
  const answer = { action: 'submit', values: { password: 'correct horse' } };
  const { account } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error('not signed in');
  await eventually(() => hub.profile.statuses.get(account)?.state.phase).toBe('online');
  return account;
}

/** The one group of an account. */
function groupOf(account: AccountId): Conversation | undefined {
  return [...hub.profile.conversations.entries()]
    .map(([, row]) => row)
    .find((row) => row.account === account && row.kind === 'group');
}

let keys = 0;
async function change(account: AccountId, action: RoomAction): Promise<void> {
  const conversation = groupOf(account)?.id;
  const where = conversation === undefined ? {} : { conversation };
  keys += 1;
  const { operation } = await hub.handlers.methods['room.change'](
    { key: `room-${keys}`, account, ...where, change: action },
    signal,
  );
  await eventually(() => hub.profile.operations.get(operation)?.state ?? 'settled').not.toMatch(
    /queued|sending|unknown/u,
  );
}

const texts = async (account: AccountId): Promise<string[]> => {
  const conversation = groupOf(account)?.id;
  if (conversation === undefined) return [];
  const page = await hub.handlers.methods['history.page']({ conversation, limit: 50, remote: false }, signal);
  return page.rows.map(({ content }) => content.text);
};

const say = (account: AccountId, text: string) => {
  const conversation = groupOf(account)?.id;
  if (conversation === undefined) throw new Error('no group');
  keys += 1;
  return hub.handlers.methods['message.send'](
    { key: `say-${keys}`, to: { conversation }, draft: { content: { kind: 'text', text } } },
    signal,
  );
};

const members = async (account: AccountId): Promise<Record<string, string>> => {
  const conversation = groupOf(account)?.id;
  if (conversation === undefined) return {};
  const list = await hub.handlers.methods['conversation.members']({ conversation }, signal);
  return Object.fromEntries(list.members.map(({ key, role, state }) => [key, `${role} ${state}`]));
};

test('a group: made, joined, talked in over a broken link, handed over, and left', async () => {
  const [alice, bob] = [await add('alice'), await add('bob')];
  await hub.handlers.methods['roster.change'](
    { key: 'r', account: alice, change: { action: 'add', address: 'bob' } },
    signal,
  );
  const friend = () =>
    [...hub.profile.contacts.entries()].map(([, row]) => row).find((row) => row.account === alice);
  await eventually(() => friend()?.address).toBe('bob@localhost');
  const contact = friend()?.id;
  if (contact === undefined) throw new Error('no contact');

  await change(alice, { action: 'create', name: 'Friends', kind: 'group', topic: 'cats', invite: [contact] });
  await eventually(() => groupOf(alice)).toMatchObject({
    title: 'Friends',
    topic: 'cats',
    role: 'owner',
    state: 'joined',
    membersComplete: true,
  });
  await eventually(() => groupOf(bob)).toMatchObject({ title: 'Friends', state: 'invited' });
  expect(await members(alice)).toEqual({
    'alice@localhost': 'owner joined',
    'bob@localhost': 'member invited',
  });

  await change(bob, { action: 'accept-invitation' });
  await eventually(() => groupOf(bob)).toMatchObject({
    state: 'joined',
    role: 'member',
    membersComplete: true,
  });
  await eventually(() => members(alice)).toMatchObject({ 'bob@localhost': 'member joined' });

  const said = Array.from({ length: 10 }, (_, index) => `number ${index}`);
  for (const [index, text] of said.entries()) {
    if (index % 4 === 2) network.proxy.cutAll('reset');
    await say(alice, text);
  }
  await eventually(() => texts(bob)).toEqual(said);
  await eventually(() => texts(alice)).toEqual(said);
  await eventually(() => groupOf(bob)?.unread).toBe(10);

  await change(alice, { action: 'topic', text: 'dogs' });
  await eventually(() => groupOf(bob)?.topic).toBe('dogs');
  await change(alice, { action: 'title', text: 'Old friends' });
  await eventually(() => groupOf(bob)?.title).toBe('Old friends');

  await change(alice, { action: 'role', member: 'bob@localhost' as never, role: 'owner' });
  await eventually(() => groupOf(bob)?.role).toBe('owner');
  await eventually(() => groupOf(alice)?.role).toBe('admin');
  await change(alice, { action: 'leave' });
  await eventually(() => groupOf(alice)?.state).toBe('left');
  await eventually(() => members(bob)).toEqual({ 'bob@localhost': 'owner joined' });
  // What was said stays.
  expect(await texts(alice)).toEqual(said);
});

test('a group: who is kicked is out and may come back by invitation, who is banned may not', async () => {
  const [alice, bob] = [await add('alice'), await add('bob')];
  await change(alice, { action: 'create', name: 'Pub', kind: 'group' });
  await hub.handlers.methods['roster.change'](
    { key: 'r', account: alice, change: { action: 'add', address: 'bob' } },
    signal,
  );
  const friend = () =>
    [...hub.profile.contacts.entries()].map(([, row]) => row).find((row) => row.account === alice);
  await eventually(() => friend()?.address).toBe('bob@localhost');
  const contact = friend()?.id;
  if (contact === undefined) throw new Error('no contact');
  for (const action of ['kick', 'ban'] as const) {
    await change(alice, { action: 'invite', contact });
    await eventually(() => groupOf(bob)?.state).toBe('invited');
    await change(bob, { action: 'accept-invitation' });
    await eventually(() => groupOf(bob)?.state).toBe('joined');
    await change(alice, { action, member: 'bob@localhost' as never });
    await eventually(() => groupOf(bob)?.state).toBe(action === 'kick' ? 'left' : 'banned');
  }
  await change(alice, { action: 'invite', contact });
  expect(await members(alice)).toMatchObject({ 'bob@localhost': 'none banned' });
  expect(groupOf(bob)?.state).toBe('banned');
});
