import {
  remoteKey,
  type ContactId,
  type ConversationId,
  type Message,
  type MessageId,
  type Store,
  type Write,
} from '@natter/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileAttachment } from '../attachment.ts';
import { sample } from './samples.ts';
import type { OpenStore } from './suite.ts';

const say = (id: string, text: string, parts: Partial<Message> = {}, conversation = 'c'): Write => ({
  put: 'messages',
  values: [sample.message(id, conversation, id, { content: { kind: 'text', text }, ...parts })],
});

async function find(store: Store, text: string): Promise<string> {
  return (await store.search({ text, limit: 50 })).map((message) => message.id).join(' ');
}

/** What is found, in which order, and that a query is data. */
export function describeSearch(open: OpenStore): void {
  describe('search', () => {
    it.each([
      ['a word in any case', 'BERLIN', 'm1'],
      ['every word must occur', 'see berlin', 'm1'],
      ['the last word may be a beginning', 'see ber', 'm1'],
      ['no other word may', 'ber see', ''],
      ['accents do not matter', 'creme brulee', 'm2'],
      ['accents do not matter in the query either', 'bérlin', 'm1'],
      ['two characters inside Chinese text', '京大', 'm3'],
      ['one character of it', '学', 'm3'],
      ['characters that are not side by side', '东学', ''],
      ['Japanese', 'カメラ', 'm4'],
      ['Korean without its particle', '서울', 'm5'],
      ['words joined by a hyphen', 'world-wide', 'm6'],
      ['words of a file name', 'holiday', 'm7'],
      ['nothing but signs', '"*^()', ''],
    ])('finds %s', async (_, query, found) => {
      const store = await open();
      const attachment = fileAttachment('Holiday.JPG', 1, { mediaType: 'image/jpeg' });
      await store.apply([
        say('m1', 'See you in Berlin!'),
        say('m2', 'crème brûlée'),
        say('m3', '我在东京大学'),
        say('m4', 'このカメラは'),
        say('m5', '서울에서'),
        say('m6', 'a world-wide web'),
        say('m7', '', { content: { kind: 'attachment', text: '', attachments: [attachment] } }),
      ]);
      expect(await find(store, query)).toBe(found);
    });

    it('lists newest first by time, whatever came first', async () => {
      const store = await open();
      await store.apply([
        say('m1', 'hit', { sentAt: 20 }),
        say('m2', 'hit', { sentAt: 30 }),
        say('m3', 'hit', { sentAt: 10 }),
      ]);
      await store.apply([say('m4', 'hit', { sentAt: 25 }), say('m5', 'miss', { sentAt: 40 })]);
      expect(await find(store, 'hit')).toBe('m2 m4 m1 m3');
      await store.apply([say('m3', 'hit', { sentAt: 50 })]);
      expect(await find(store, 'hit')).toBe('m3 m2 m4 m1');
      const page = await store.search({ text: 'hit', limit: 2, after: 'm2' as MessageId });
      expect(page.map((message) => message.id)).toEqual(['m4', 'm1']);
    });

    it('narrows by conversation, sender and time', async () => {
      const store = await open();
      const from = (contact: string): Partial<Message> => ({
        sender: {
          key: remoteKey(contact),
          self: false,
          contact: contact as ContactId,
          name: null,
          proof: 'account',
        },
      });
      await store.apply([
        say('m1', 'hit', { sentAt: 1, ...from('k1') }),
        say('m2', 'hit', { sentAt: 2, ...from('k2') }),
        say('m3', 'hit', { sentAt: 3, ...from('k1') }, 'd'),
        say('m4', 'hit', { sentAt: 4 }, 'd'),
      ]);
      const ids = async (narrow: object): Promise<string[]> =>
        (await store.search({ text: 'hit', limit: 9, ...narrow })).map((message) => message.id);
      expect(await ids({ conversations: ['c' as ConversationId] })).toEqual(['m2', 'm1']);
      expect(await ids({ senders: ['k1' as ContactId] })).toEqual(['m3', 'm1']);
      expect(await ids({ senders: ['k1' as ContactId], conversations: ['d' as ConversationId] })).toEqual([
        'm3',
      ]);
      expect(await ids({ since: 2, until: 4 })).toEqual(['m3', 'm2']);
      expect(await ids({ conversations: [] })).toEqual([]);
      expect(await ids({ senders: ['nobody' as ContactId] })).toEqual([]);
    });

    it('follows edits, decryption, retraction and removal', async () => {
      const store = await open();
      await store.apply([
        say('m1', 'before'),
        say('m2', 'secret', { content: { kind: 'undecryptable', text: 'secret', reason: 'no key' } }),
      ]);
      expect([await find(store, 'before'), await find(store, 'secret')]).toEqual(['m1', '']);
      await store.apply([say('m1', 'after', { edited: { at: 1, count: 1 } }), say('m2', 'healed')]);
      expect([await find(store, 'before'), await find(store, 'after'), await find(store, 'healed')]).toEqual([
        '',
        'm1',
        'm2',
      ]);
      await store.apply([
        say('m1', 'after', { retracted: { by: remoteKey('alice'), at: null, reason: null } }),
        { remove: 'message', message: 'm2' as MessageId },
      ]);
      expect([await find(store, 'after'), await find(store, 'healed')]).toEqual(['', '']);
    });

    it('takes a query for data, whatever it is', async () => {
      const store = await open();
      await store.apply([say('m1', 'hello world and more')]);
      for (const query of [
        '"',
        '\0',
        'hello AND',
        'NEAR(',
        'text:hello',
        '{scope} : c1',
        "'; DROP TABLE message; --",
        '*',
        '\ud800',
        'x'.repeat(100_000),
      ])
        expect(Array.isArray(await store.search({ text: query, limit: 5 }))).toBe(true);
      expect(await find(store, 'c1')).toBe('');
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: 'binary' }),
          async (before, behind) => {
            const found = await store.search({ text: `${before} "hello" ${behind}`, limit: 5 });
            expect(found.length).toBeLessThanOrEqual(1);
          },
        ),
        { numRuns: 100 },
      );
    });

    it('finds all of very many that claim the same time', async () => {
      const store = await open();
      await store.apply(
        Array.from({ length: 3000 }, (_, number) => say(`m${number}`, 'flood', { sentAt: 1000 })),
      );
      await store.apply([say('later', 'flood', { sentAt: 1001 })]);
      expect((await store.search({ text: 'flood', limit: 5000 })).length).toBe(3001);
      expect((await store.search({ text: 'flood', limit: 5000, until: 1001 })).length).toBe(3000);
      expect(
        (await store.search({ text: 'flood', limit: 5000, since: 1001 })).map((message) => message.id),
      ).toEqual(['later']);
    });
  });
}
