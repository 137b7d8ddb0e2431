import {
  remoteKey,
  type ContactId,
  type ConversationId,
  type Distinction,
  type Message,
  type MessageId,
  type OperationId,
  type OperationState,
  type PersonId,
  type RemoteKey,
  type SearchQuery,
  type TimelineQuery,
  type Write,
} from '@natter/core';
import fc, { type Arbitrary } from 'fast-check';
import { sample } from './samples.ts';

/** Conversations and whose they are. */
const owners = { c1: 'a1', c2: 'a1', c3: 'a2' } as const;
const conversationIds = Object.keys(owners) as (keyof typeof owners)[];
const accountId = fc.constantFrom('a1', 'a2');
const contactId = fc.constantFrom('k1', 'k2', 'k3');
/** Few, so that they meet; and with everything a network could put into one. */
const keys: Arbitrary<RemoteKey> = fc
  .constantFrom('one', 'two', 'three', "o'four; --", 'nul\0one', '\ud800', '\ud801', '')
  .map(remoteKey);
const times = fc.constantFrom(-5, 1, 1_700_000_000_000, 1_700_000_000_001, 1e300);
const words = fc.constantFrom('hello', 'Hallo', 'wörld', '東京大学', '京', 'help', 'a-b', '"quoted"', 'été');
const texts = fc.array(words, { maxLength: 4 }).map((some) => some.join(' '));

/** A message keeps its conversation for life; its place in it may change, and no two have the same. */
const message: Arbitrary<Message> = fc
  .record({
    number: fc.nat(7),
    place: fc.nat(9),
    stable: fc.option(keys),
    claimed: fc.option(keys),
    senderKey: fc.constantFrom('alice', 'bob').map(remoteKey),
    contact: fc.option(contactId),
    text: texts,
    kind: fc.constantFrom('text', 'system', 'undecryptable'),
    sentAt: fc.option(times),
    receivedAt: times,
    thread: fc.option(fc.nat(7)),
    operation: fc.boolean(),
    retracted: fc.boolean(),
    provisional: fc.boolean(),
    mentioned: fc.boolean(),
    direction: fc.constantFrom('in', 'out'),
    reactions: fc.array(fc.record({ key: texts, senders: fc.array(keys), mine: fc.boolean() }), {
      maxLength: 1,
    }),
  })
  .map(({ number, place, senderKey, contact, text, kind, thread, operation, retracted, ...rest }) => {
    const conversation = conversationOf(number);
    return sample.message(`m${number}`, conversation, `${place}x${number}`, {
      ...rest,
      account: sample.account(owners[conversation]).id,
      sender: {
        key: senderKey,
        self: false,
        contact: contact as ContactId | null,
        name: text,
        proof: 'nick',
      },
      content:
        kind === 'text'
          ? { kind, text }
          : kind === 'system'
            ? { kind, text, data: {} }
            : { kind: 'undecryptable', text, reason: 'no key' },
      thread:
        thread === null ? null : { target: { stable: remoteKey('x') }, message: `m${thread}` as MessageId },
      operation: operation ? (`o${number}` as OperationId) : null,
      retracted: retracted ? { by: senderKey, at: null, reason: null } : null,
    });
  });

function conversationOf(message: number): keyof typeof owners {
  return conversationIds[message % conversationIds.length] ?? 'c1';
}

const distinction: Arbitrary<Distinction> = fc
  .record({ a: contactId, b: contactId })
  .map(({ a, b }) => ({ a: a as ContactId, b: b as ContactId }));
const conversation = fc.constantFrom(...conversationIds);
const state: Arbitrary<OperationState> = fc.constantFrom('queued', 'sending', 'accepted', 'refused');
const target = fc.oneof(
  keys.map((stable) => ({ stable })),
  fc.record({ claimed: keys, sender: keys }),
);
const account = accountId.map((id) => sample.account(id).id);

const puts: Arbitrary<Write> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(message, { minLength: 1, maxLength: 3 })
      .map((values): Write => ({ put: 'messages', values })),
  },
  fc
    .record({ id: accountId, name: fc.option(texts) })
    .map(({ id, name }): Write => ({ put: 'account', value: sample.account(id, { name }) })),
  fc.record({ id: contactId, account: accountId, name: texts }).map(({ id, account, name }): Write => ({
    put: 'contact',
    value: sample.contact(id, account, { name }),
  })),
  fc.record({ id: fc.constantFrom('p1', 'p2'), alias: texts }).map(({ id, alias }): Write => ({
    put: 'person',
    value: { id: id as PersonId, alias, contacts: [], ordered: false, mergedInto: null },
  })),
  distinction.map((value): Write => ({ put: 'distinction', value })),
  fc.record({ id: conversation, unread: fc.nat(3) }).map(({ id, unread }): Write => ({
    put: 'conversation',
    value: sample.conversation(id, owners[id], { unread }),
  })),
  fc.record({ account, key: keys, id: contactId }).map(({ account, key, id }): Write => ({
    put: 'alias',
    value: { account, of: 'contact', key, id: id as ContactId },
  })),
  fc.record({ id: conversation, key: keys, away: fc.boolean() }).map(({ id, key, away }): Write => ({
    put: 'member',
    conversation: id as string as ConversationId,
    value: {
      key,
      self: false,
      contact: null,
      name: null,
      proof: 'nick',
      role: 'member',
      state: 'joined',
      away,
    },
  })),
  fc
    .record({ number: fc.nat(7), sender: fc.option(keys), key: keys })
    .map(({ number, sender, key }): Write => ({
      put: 'message-alias',
      value: {
        conversation: conversationOf(number) as string as ConversationId,
        sender,
        key,
        message: `m${number}` as MessageId,
      },
    })),
  fc.record({ id: keys, conversation, target }).map(({ id, conversation, target }): Write => ({
    put: 'orphan',
    value: {
      id,
      conversation: conversation as string as ConversationId,
      target,
      by: { key: remoteKey('alice'), self: false, contact: null, name: null, proof: 'account' },
      change: { kind: 'react', key: '+', on: true },
    },
  })),
  fc
    .record({
      id: fc.constantFrom('o1', 'o2', 'o3'),
      account: accountId,
      state,
      createdAt: fc.constantFrom(1, 2),
    })
    .map(({ id, account, ...rest }): Write => ({
      put: 'operation',
      value: sample.operation(id, account, rest),
    })),
  fc
    .record({ account, conversation, id: keys, token: fc.option(texts) })
    .map(({ account, conversation, id, token }): Write => ({
      put: 'gap',
      value: {
        account,
        conversation: conversation as string as ConversationId,
        gap: { id, conversation: remoteKey('x'), after: null, before: null, token },
      },
    })),
  fc
    .record({ put: fc.constantFrom('cursor', 'state'), account, key: keys, value: texts })
    .map(({ put, ...value }): Write => ({ put, value })),
  fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }).map((numbers): Write => ({
    put: 'changes',
    after: 0,
    values: numbers.map((number) => ({ type: 'message', what: 'new', message: `m${number}` as MessageId })),
  })),
);

const removals: Arbitrary<Write> = fc.oneof(
  account.map((account): Write => ({ remove: 'account', account })),
  contactId.map((contact): Write => ({ remove: 'contact', contact: contact as ContactId })),
  fc.constant<Write>({ remove: 'person', person: 'p1' as PersonId }),
  distinction.map((value): Write => ({ remove: 'distinction', value })),
  fc.record({ conversation, key: keys }).map(({ conversation, key }): Write => ({
    remove: 'member',
    conversation: conversation as string as ConversationId,
    key,
  })),
  conversation.map((conversation): Write => ({
    remove: 'members',
    conversation: conversation as string as ConversationId,
  })),
  fc.nat(7).map((number): Write => ({ remove: 'message', message: `m${number}` as MessageId })),
  keys.map((orphan): Write => ({ remove: 'orphan', orphan })),
  fc.record({ account, id: keys }).map(({ account, id }): Write => ({ remove: 'gap', account, id })),
  fc.record({ remove: fc.constantFrom('cursor', 'state'), account, key: keys }).map((write): Write => write),
  fc.nat(9).map((upTo): Write => ({ remove: 'changes', upTo })),
  account.map((settle): Write => ({ settle })),
);

/** Transactions of a small world, in which names collide and rows are replaced, moved and removed. */
export const transactions: Arbitrary<readonly (readonly Write[])[]> = fc
  .array(
    fc.array(fc.oneof({ weight: 5, arbitrary: puts }, { weight: 1, arbitrary: removals }), {
      minLength: 1,
      maxLength: 8,
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(numbered);

/** Changes are numbered as the hub does: each behind all others. */
function numbered(lists: readonly (readonly Write[])[]): readonly (readonly Write[])[] {
  let last = 0;
  return lists.map((writes) =>
    writes.map((write) => {
      if (!('put' in write) || write.put !== 'changes') return write;
      const after = last;
      last += write.values.length;
      return { ...write, after };
    }),
  );
}

/** Questions about that world. */
export const questions: Arbitrary<{ readonly timeline: TimelineQuery; readonly search: SearchQuery }> =
  fc.record({
    timeline: fc.record(
      {
        conversation: conversation.map((id) => id as string as ConversationId),
        thread: fc.nat(7).map((number) => `m${number}` as MessageId),
        at: fc.oneof(
          fc.constant('end' as const),
          fc
            .record({ place: fc.nat(9), number: fc.nat(7) })
            .map(({ place, number }) => `${place}x${number}` as Message['order']),
        ),
        before: fc.nat(4),
        after: fc.nat(4),
      },
      { requiredKeys: ['conversation', 'at', 'before', 'after'] },
    ),
    search: fc.record(
      {
        text: fc.oneof(
          texts,
          words,
          words.map((word) => word.slice(0, 2)),
          fc.string({ unit: 'binary' }),
        ),
        conversations: fc.array(
          conversation.map((id) => id as string as ConversationId),
          { maxLength: 2 },
        ),
        senders: fc.array(
          contactId.map((id) => id as ContactId),
          { maxLength: 2 },
        ),
        since: times,
        until: times,
        limit: fc.nat(4),
        after: fc.nat(7).map((number) => `m${number}` as MessageId),
      },
      { requiredKeys: ['text', 'limit'] },
    ),
  });

/** Every lookup that could find something of that world. */
export const keySamples: readonly RemoteKey[] = [
  'one',
  'two',
  'three',
  "o'four; --",
  'nul\0one',
  '\ud800',
  '\ud801',
  '',
].map(remoteKey);
