import {
  type AccountId,
  type ContactId,
  type ConversationId,
  errorData,
  type Message,
  type MessageId,
  NatterError,
  remoteKey,
  type Write,
} from '@natter/core';
import { describe, expect, it } from 'vitest';
import { sample } from './samples.ts';
import type { OpenStore } from './suite.ts';

/** What the hub loads, the outbox, the change log, and the end of a store. */
export function describeProfile(open: OpenStore): void {
  describe('profile', () => {
    it('is empty at first', async () => {
      const { lastChange, ...lists } = await (await open()).load();
      expect(lastChange).toBe(0);
      expect(Object.values(lists).flat()).toEqual([]);
    });

    it('stores cursors with the rows that they cover, or neither', async () => {
      const store = await open();
      const message = sample.message('m1', 'c', '1', { stable: 's' as never });
      const cursor = { account: 'a' as AccountId, key: 'archive', value: '1' };
      await store.apply([
        { put: 'messages', values: [message] },
        { put: 'cursor', value: cursor },
      ]);
      const double = sample.message('m2', 'c', '2', { stable: message.stable });
      const failing: Write[] = [
        { put: 'messages', values: [sample.message('m3', 'c', '3')] },
        { put: 'cursor', value: { ...cursor, value: '2' } },
        { put: 'messages', values: [double] },
      ];
      await expect(store.apply(failing)).rejects.toMatchObject({ data: { code: 'internal' } });
      expect((await store.load()).cursors).toEqual([cursor]);
      expect(await store.findMessages([{ message: 'm3' as MessageId }, { message: double.id }])).toEqual([
        null,
        null,
      ]);
      expect(
        (await store.timeline({ conversation: 'c' as ConversationId, at: 'end', before: 9, after: 0 })).rows,
      ).toEqual([message]);
    });

    it('takes a failing transaction back alone when several are under way', async () => {
      const store = await open();
      const say = (id: string, text: string, parts: Partial<Message> = {}): Write => ({
        put: 'messages',
        values: [sample.message(id, 'c', id, { content: { kind: 'text', text }, ...parts })],
      });
      const stable = remoteKey('s');
      const results = await Promise.allSettled([
        store.apply([say('m1', 'kept', { stable })]),
        store.apply([say('m2', 'gone', { sentAt: 5 }), say('m3', 'gone', { stable })]),
        store.apply([say('m4', 'kept')]),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      // At the time of the message that was taken back: nothing of that may have been left there.
      await store.apply([say('m5', 'kept', { sentAt: 5 })]);
      const { rows } = await store.timeline({
        conversation: 'c' as ConversationId,
        at: 'end',
        before: 9,
        after: 0,
      });
      expect(rows.map((row) => row.id)).toEqual(['m1', 'm4', 'm5']);
      expect(await store.search({ text: 'gone', limit: 5 })).toEqual([]);
      expect((await store.search({ text: 'kept', limit: 5 })).length).toBe(3);
    });

    it('never gives a sequence number twice, even when the log is emptied', async () => {
      const store = await open();
      const change = { type: 'contact', contact: 'k' as ContactId } as const;
      await store.apply([{ put: 'changes', after: 0, values: [change, change] }]);
      await store.apply([{ put: 'changes', after: 2, values: [change] }]);
      const numbers = async (after: number, limit: number): Promise<number[]> =>
        (await store.changes(after, limit)).map((one) => one.sequence);
      expect(await numbers(1, 1)).toEqual([2]);
      expect(await numbers(0, 10)).toEqual([1, 2, 3]);
      await store.apply([{ remove: 'changes', upTo: 1 }]);
      expect(await numbers(0, 10)).toEqual([2, 3]);
      await store.apply([{ remove: 'changes', upTo: 3 }]);
      expect(await store.changes(0, 10)).toEqual([]);
      expect((await store.load()).lastChange).toBe(3);
    });

    it('loads operations in the order in which they were asked for, until they are final', async () => {
      const store = await open();
      const ids = ['o3', 'o1', 'o2'];
      await store.apply(ids.map((id): Write => ({ put: 'operation', value: sample.operation(id, 'a') })));
      await store.apply([
        { put: 'operation', value: sample.operation('o1', 'a', { state: 'accepted', attempt: 1 }) },
      ]);
      await store.apply([
        { put: 'operation', value: sample.operation('o3', 'a', { state: 'unknown', attempt: 1 }) },
      ]);
      expect((await store.load()).operations.map((operation) => operation.id)).toEqual(['o3', 'o2']);
      expect((await store.operations(2)).map((operation) => operation.id)).toEqual(['o2', 'o1']);
      const [first] = (await store.load()).operations;
      expect(first).toEqual(sample.operation('o3', 'a', { state: 'unknown', attempt: 1 }));
      const done = sample.operation('o1', 'a', { state: 'accepted', attempt: 1 });
      expect(await store.findOperation({ id: done.id })).toEqual(done);
      expect(await store.findOperation({ key: done.key })).toEqual(done);
      expect(await store.findOperation({ key: 'nobody asked for this' })).toBeNull();
    });

    it('removes an account with all that is its own, and nothing else', async () => {
      const store = await open();
      const mine = (account: string, conversation: string): Write[] => [
        { put: 'account', value: sample.account(account) },
        { put: 'contact', value: sample.contact(`k-${account}`, account) },
        { put: 'conversation', value: sample.conversation(conversation, account) },
        {
          put: 'messages',
          values: [
            sample.message(`m-${account}`, conversation, '1', {
              account: account as AccountId,
              content: { kind: 'text', text: 'hello' },
            }),
          ],
        },
        { put: 'operation', value: sample.operation(`o-${account}`, account) },
        { put: 'cursor', value: { account: account as AccountId, key: 'archive', value: '1' } },
        { put: 'state', value: { account: account as AccountId, key: 'archive', value: '1' } },
      ];
      await store.apply([...mine('a', 'c'), ...mine('b', 'd')]);
      await store.apply([{ remove: 'account', account: 'a' as AccountId }]);
      const profile = await store.load();
      for (const list of [
        profile.accounts,
        profile.contacts,
        profile.conversations,
        profile.operations,
        profile.cursors,
        profile.states,
      ])
        expect(JSON.stringify(list)).not.toContain('"a"');
      expect([profile.accounts.length, profile.contacts.length, profile.operations.length]).toEqual([
        1, 1, 1,
      ]);
      expect((await store.search({ text: 'hello', limit: 9 })).map((message) => message.id)).toEqual(['m-b']);
    });

    it('answers what was asked before it is closed, and says so afterwards', async () => {
      const store = await open();
      const applied = store.apply([{ put: 'account', value: sample.account('a') }]);
      const loaded = store.load();
      await Promise.all([store.close(), store.close()]);
      await applied;
      expect((await loaded).accounts.length).toBe(1);
      const refusal = new NatterError(errorData('closed', 'the store is closed'));
      await expect(store.load()).rejects.toThrow(refusal);
      await expect(store.apply([])).rejects.toThrow(refusal);
      await expect(store.search({ text: 'x', limit: 1 })).rejects.toThrow(refusal);
    });
  });
}
