import {
  remoteKey,
  type AccountId,
  type ConversationId,
  type Message,
  type MessageId,
  type OrderKey,
  type Store,
  type Write,
} from '@natter/core';
import { describe, expect, it } from 'vitest';
import { sample } from './samples.ts';
import type { OpenStore } from './suite.ts';

const conversation = 'c' as ConversationId;
const text = (value: string): Message['content'] => ({ kind: 'text', text: value });
const put = (value: Message): Write => ({ put: 'messages', values: [value] });

/** How messages are named, ordered, windowed and counted. */
export function describeMessages(open: OpenStore): void {
  describe('messages', () => {
    it('come back as they were put', async () => {
      const store = await open();
      const full = sample.message('m1', 'c', '1', {
        stable: remoteKey('stable'),
        claimed: 'claimed',
        parts: [remoteKey('second part')],
        content: {
          kind: 'text',
          text: 'nul \0 and half \ud800 a pair',
          formatted: [{ type: 'bold', children: ['x'] }],
        },
        replyTo: { target: { stable: remoteKey('r') }, message: null, quote: 'q' },
        thread: { target: { claimed: 'x', sender: remoteKey('y') }, message: 'm0' as MessageId },
        mentioned: true,
        mentions: [remoteKey('me')],
        edited: { at: 5, count: 1 },
        reactions: [{ key: '👍', senders: [remoteKey('alice')], mine: false }],
        sentAt: 0,
        delivery: 'read',
        receipts: { alice: 'read' },
        provisional: true,
      });
      await store.apply([put(full), put(sample.message('m2', 'c', '2'))]);
      expect(await store.findMessages([{ message: full.id }, { message: 'm2' as MessageId }])).toEqual([
        full,
        sample.message('m2', 'c', '2'),
      ]);
    });

    it('are found by former keys until the message is removed', async () => {
      const store = await open();
      const message = sample.message('m1', 'c', '1', { stable: remoteKey('new') });
      await store.apply([
        put(message),
        { put: 'message-alias', value: { conversation, sender: null, key: 'old', message: message.id } },
        {
          put: 'message-alias',
          value: { conversation, sender: remoteKey('alice'), key: 'old', message: message.id },
        },
      ]);
      const lookups = [
        { conversation, stable: remoteKey('new') },
        { conversation, stable: remoteKey('old') },
        { conversation, sender: remoteKey('alice'), claimed: 'old' },
        { conversation, sender: remoteKey('bob'), claimed: 'old' },
        { conversation: 'd' as ConversationId, stable: remoteKey('new') },
      ];
      expect((await store.findMessages(lookups)).map((found) => found?.id)).toEqual([
        'm1',
        'm1',
        'm1',
        undefined,
        undefined,
      ]);
      await store.apply([{ remove: 'message', message: message.id }]);
      expect(await store.findMessages(lookups)).toEqual(lookups.map(() => null));
    });

    it('give their names to the row that was their double', async () => {
      const store = await open();
      const [first, double] = [
        sample.message('m1', 'c', '1', { claimed: 'x' }),
        sample.message('m2', 'c', '2', { stable: remoteKey('s') }),
      ];
      await store.apply([put(first), put(double)]);
      await store.apply([
        { remove: 'message', message: double.id },
        put({ ...first, stable: double.stable }),
        { put: 'message-alias', value: { conversation, sender: null, key: 'former', message: first.id } },
      ]);
      const names = [
        { conversation, stable: remoteKey('s') },
        { conversation, stable: remoteKey('former') },
      ];
      expect((await store.findMessages(names)).map((found) => found?.id)).toEqual(['m1', 'm1']);
    });

    it('keeps keys apart that differ only in what UTF-8 cannot hold', async () => {
      const store = await open();
      const keys = ['a\ud800', 'a\ud801', 'a\0b', 'a\0c', 'a', '\u0001"a"', 'ａ', 'A'].map(remoteKey);
      await store.apply(
        keys.map((stable, at) => put(sample.message(`m${at}`, 'c', `${at}`, { stable, claimed: stable }))),
      );
      for (const lookups of [
        keys.map((stable) => ({ conversation, stable })),
        keys.map((claimed) => ({ conversation, sender: remoteKey('alice'), claimed })),
      ])
        expect((await store.findMessages(lookups)).map((found) => found?.id)).toEqual(
          keys.map((_, at) => `m${at}`),
        );
    });

    it('shows windows around an anchor and where they touch the ends', async () => {
      const store = await fiveMessages(open);
      const window = async (
        at: string,
        before: number,
        after: number,
      ): Promise<[string, boolean, boolean]> => {
        const rows = await store.timeline({ conversation, at: at as OrderKey, before, after });
        return [rows.rows.map((row) => row.order).join(''), rows.atStart, rows.atEnd];
      };
      expect(await window('end', 2, 0)).toEqual(['de', false, true]);
      expect(await window('end', 5, 5)).toEqual(['abcde', true, true]);
      expect(await window('c', 1, 2)).toEqual(['bcd', false, false]);
      expect(await window('c', 2, 3)).toEqual(['abcde', true, true]);
      expect(await window('bx', 1, 1)).toEqual(['bc', false, false]);
      expect(await window('0', 3, 0)).toEqual(['', true, false]);
      expect(
        await store.timeline({ conversation: 'none' as ConversationId, at: 'end', before: 1, after: 1 }),
      ).toEqual({ rows: [], atStart: true, atEnd: true });
    });

    it('shows a thread with the message that began it', async () => {
      const store = await fiveMessages(open);
      const reply = (id: string, order: string): Write =>
        put(
          sample.message(id, 'c', order, {
            thread: { target: { stable: remoteKey('x') }, message: 'mb' as MessageId },
          }),
        );
      await store.apply([reply('r1', 'b1'), reply('r2', 'd1')]);
      const thread = { conversation, thread: 'mb' as MessageId };
      const all = await store.timeline({ ...thread, at: 'end', before: 9, after: 0 });
      expect(all).toMatchObject({ rows: [{ id: 'mb' }, { id: 'r1' }, { id: 'r2' }], atStart: true });
      const some = await store.timeline({ ...thread, at: 'c' as OrderKey, before: 1, after: 1 });
      expect(some).toMatchObject({ rows: [{ id: 'r1' }, { id: 'r2' }], atStart: false, atEnd: true });
    });

    it('moves with its order key, and settles all of an account', async () => {
      const store = await fiveMessages(open);
      await store.apply([
        put(sample.message('me', 'c', 'a1', { provisional: true })),
        put(sample.message('mx', 'c', 'x', { provisional: true })),
      ]);
      expect(await store.edges(conversation)).toEqual({ first: 'a', last: 'x', lastSettled: 'd' });
      expect(await store.nextOrder(conversation, 'a' as OrderKey)).toBe('a1');
      expect(await store.nextOrder(conversation, 'x' as OrderKey)).toBeNull();
      await store.apply([{ settle: 'other' as AccountId }]);
      expect((await store.edges(conversation)).lastSettled).toBe('d');
      await store.apply([{ settle: 'a' as AccountId }]);
      expect((await store.edges(conversation)).lastSettled).toBe('x');
      expect((await store.findMessages([{ message: 'mx' as MessageId }]))[0]?.provisional).toBe(false);
    });

    it('counts as unread what others said and did not take back', async () => {
      const store = await open();
      await store.apply([
        put(sample.message('m1', 'c', '1', { mentioned: true })),
        put(sample.message('m2', 'c', '2', { mentioned: true })),
        put(sample.message('m3', 'c', '3', { direction: 'out' })),
        put(sample.message('m4', 'c', '4', { content: { kind: 'system', text: 'joined', data: {} } })),
        put(
          sample.message('m5', 'c', '5', {
            retracted: { by: remoteKey('alice'), at: null, reason: null },
            mentioned: true,
          }),
        ),
        put(sample.message('m6', 'c', '6', { content: text('x') })),
      ]);
      expect(await store.countUnread(conversation, null)).toEqual({ unread: 3, mentions: 2 });
      expect(await store.countUnread(conversation, '1' as OrderKey)).toEqual({ unread: 2, mentions: 1 });
      expect(await store.countUnread('none' as ConversationId, null)).toEqual({ unread: 0, mentions: 0 });
    });
  });
}

async function fiveMessages(open: OpenStore): Promise<Store> {
  const store = await open();
  await store.apply(Array.from('cabed').map((order) => put(sample.message(`m${order}`, 'c', order))));
  return store;
}
