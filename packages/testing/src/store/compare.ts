import {
  remoteKey,
  type ConversationId,
  type MessageId,
  type MessageLookup,
  type OperationId,
  type OperationName,
  type OrderKey,
  type Store,
} from '@natter/core';
import { expect } from 'vitest';
import { keySamples } from './arbitraries.ts';
import type { NaiveStore } from './naive.ts';

const conversations = ['c1', 'c2', 'c3'].map((id) => id as ConversationId);

/** Every name that a message of the small world could have. */
const lookups: readonly MessageLookup[] = [
  ...Array.from({ length: 8 }, (_, number) => ({ message: `m${number}` as MessageId })),
  ...Array.from({ length: 8 }, (_, number) => ({ operation: `o${number}` as OperationId })),
  ...conversations.flatMap((conversation) =>
    keySamples.flatMap((key): MessageLookup[] => [
      { conversation, stable: key },
      ...[...keySamples, ...['alice', 'bob'].map(remoteKey)].map((sender) => ({
        conversation,
        sender,
        claimed: key,
      })),
    ]),
  ),
];

const operationNames: readonly OperationName[] = ['o1', 'o2', 'o3'].flatMap((id) => [
  { id: id as OperationId },
  { key: `key of ${id}` },
]);

/** Compares all that a store holds with what it should. */
export async function expectSame(store: Store, naive: NaiveStore): Promise<void> {
  expect(sorted(await store.load())).toEqual(sorted(naive.load()));
  expect(await store.findMessages(lookups)).toEqual(lookups.map((lookup) => naive.find(lookup)));
  expect(await store.changes(0, 100)).toEqual(naive.changes(0, 100));
  expect(await store.operations(100)).toEqual(naive.operations(100));
  for (const name of operationNames)
    expect(await store.findOperation(name)).toEqual(naive.findOperation(name));
  for (const conversation of conversations) await expectSameConversation(store, naive, conversation);
}

async function expectSameConversation(
  store: Store,
  naive: NaiveStore,
  conversation: ConversationId,
): Promise<void> {
  const rows = naive.ordered(conversation);
  const orders = rows.map((row) => row.order);
  expect(await store.edges(conversation)).toEqual({
    first: orders[0] ?? null,
    last: orders.at(-1) ?? null,
    lastSettled: rows.findLast((row) => !row.provisional)?.order ?? null,
  });
  for (const after of [null, '5' as OrderKey, ...orders]) {
    expect(await store.countUnread(conversation, after)).toEqual(naive.countUnread(conversation, after));
    if (after !== null)
      expect(await store.nextOrder(conversation, after)).toBe(orders.find((order) => order > after) ?? null);
  }
  const members = await store.members(conversation);
  expect(members.map(text).sort()).toEqual(naive.members(conversation).map(text).sort());
  const targets = keySamples.flatMap((key) => [
    { stable: key },
    ...keySamples.map((sender) => ({ claimed: key, sender })),
  ]);
  expect(await store.orphans(conversation, targets)).toEqual(naive.orphans(conversation, targets));
  expect(await store.orphans(conversation, targets.slice(0, 1))).toEqual(
    naive.orphans(conversation, targets.slice(0, 1)),
  );
}

/** The lists of a profile have no order; the orders that count are asked for by their own methods. */
function sorted(profile: object): unknown {
  return Object.fromEntries(
    Object.entries(profile).map(([field, value]) => [
      field,
      Array.isArray(value) ? value.map(text).sort() : value,
    ]),
  );
}

/** The same text for the same value, whatever the order of its fields. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
