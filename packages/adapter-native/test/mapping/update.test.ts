import type { Event } from '@natter/core';
import type { Message, Update } from '@natter/native-protocol';
import { describe, expect, test } from 'vitest';
import { attachmentOf } from '../../src/mapping/attachment.ts';
import { isDense } from '../../src/mapping/page.ts';
import { mapUpdates } from '../../src/mapping/update.ts';

const reader = { self: 'alice@x', now: 1_000 };
const bob = { key: 'bob@x', self: false, contact: 'bob@x', name: null, proof: 'account' };
const alice = { key: 'alice@x', self: true, contact: null, name: null, proof: 'account' };

function stored(seq: number, more: Partial<Message> = {}): Message {
  return {
    conversation: 'c1',
    seq,
    messageId: `m${seq}`,
    from: 'bob@x',
    time: 5,
    body: { text: `text ${seq}` },
    ...more,
  };
}

function message(seq: number, more: Partial<Message> = {}): Update {
  return { kind: 'message', position: seq, ...stored(seq, more) };
}

function map(...updates: Update[]): readonly Event[] {
  return mapUpdates(updates, reader, 0).events;
}

const target = { conversation: 'c1', seq: 3, by: 'bob@x' };
const patch = { type: 'patch', conversation: 'c1', target: { stable: 'c1:3' }, by: bob };
const simple: readonly (readonly [string, Update, readonly unknown[]])[] = [
  [
    'an edit',
    { kind: 'edit', position: 1, ...target, body: { text: 'new' }, time: 7 },
    [{ ...patch, change: { kind: 'edit', content: { kind: 'text', text: 'new' }, at: 7 } }],
  ],
  [
    'a retraction',
    { kind: 'retraction', position: 1, ...target, time: 7 },
    [{ ...patch, change: { kind: 'retract', at: 7, reason: null } }],
  ],
  [
    'a reaction',
    { kind: 'reaction', position: 1, ...target, key: '+', on: false },
    [{ ...patch, change: { kind: 'react', key: '+', on: false } }],
  ],
  [
    'a receipt',
    { kind: 'marker', position: 1, ...target, marker: 'delivered' },
    [{ type: 'marker', conversation: 'c1', who: bob, kind: 'delivered', upTo: { stable: 'c1:3' } }],
  ],
  [
    'our read position, moved by another device',
    { kind: 'marker', position: 1, ...target, by: 'alice@x', marker: 'read' },
    [{ type: 'marker', conversation: 'c1', who: alice, kind: 'read', upTo: { stable: 'c1:3' } }],
  ],
  ['our own receipt', { kind: 'marker', position: 1, ...target, by: 'alice@x', marker: 'delivered' }, []],
  [
    'a conversation',
    {
      kind: 'conversation',
      position: 1,
      opened: { conversation: 'c1', kind: 'direct', peer: 'bob@x', lastSeq: 0, positions: [] },
    },
    [
      {
        type: 'upsert',
        of: 'conversation',
        key: 'c1',
        value: {
          kind: 'direct',
          state: 'joined',
          contact: 'bob@x',
          role: 'member',
          pins: [],
          expiry: null,
        },
      },
    ],
  ],
  [
    'pins, and how long messages stay',
    {
      kind: 'conversation-changed',
      position: 1,
      conversation: 'c1',
      by: 'bob@x',
      time: 7,
      expiry: 60_000,
      pins: [3, 1],
    },
    [
      {
        type: 'upsert',
        of: 'conversation',
        key: 'c1',
        value: { expiry: 60_000, pins: ['c1:3', 'c1:1'] },
      },
    ],
  ],
  [
    'that messages stay again',
    { kind: 'conversation-changed', position: 1, conversation: 'c1', by: 'bob@x', time: 7, expiry: 0 },
    [{ type: 'upsert', of: 'conversation', key: 'c1', value: { expiry: null } }],
  ],
  [
    'messages that have vanished',
    { kind: 'expired', position: 1, conversation: 'c1', seqs: [2, 3] },
    [
      { type: 'remove', of: 'message', in: 'c1', key: 'c1:2' },
      { type: 'remove', of: 'message', in: 'c1', key: 'c1:3' },
    ],
  ],
  ['what is gone', { kind: 'gone', position: 1 }, []],
  ['a device', { kind: 'account', position: 1, change: 'device-added', time: 1 }, []],
  ['the future', { kind: 'unknown', position: 1 }, []],
];

describe('the small picture of a picture', () => {
  test('is fetched by its id, as the picture is', () => {
    const thumbnail = { file: 'f2', mediaType: 'image/webp', size: 9, width: 3, height: 2 };
    const picture = {
      kind: 'image',
      url: 'https://x/files/f1',
      file: 'f1',
      name: 'p',
      mediaType: 'image/png',
    } as const;
    expect(attachmentOf({ ...picture, thumbnail }).thumbnail).toEqual({
      remote: 'f2',
      mediaType: 'image/webp',
    });
    expect(attachmentOf(picture).thumbnail).toBeNull();
  });
});

describe('updates', () => {
  test.each(simple)('%s', (_name, update, events) => {
    expect(map(update)).toEqual(events);
  });

  test('neighbouring messages of a conversation are one event, in order, by place', () => {
    const events = map(message(9), message(10), message(1, { conversation: 'c2' }), message(11));
    expect(events).toMatchObject([
      { conversation: 'c1', place: { by: 'key', keys: ['0000000000000009', '0000000000000010'] } },
      { conversation: 'c2' },
      {
        conversation: 'c1',
        items: [{ stable: 'c1:11', sender: bob, sentAt: 5, receivedAt: 1_000, trust: 'server' }],
      },
    ]);
  });

  test('a message as it is now brings what was done to it', () => {
    const [, retract] = map(message(1, { body: null, retractedAt: 9 }));
    expect(retract).toMatchObject({ target: { stable: 'c1:1' }, change: { kind: 'retract', at: 9 } });
    const reactions = [
      { key: '+', by: ['alice@x', 'bob@x'] },
      { key: '-', by: ['bob@x'] },
    ];
    expect(map(message(1, { editedAt: 8, reactions })).slice(1)).toMatchObject([
      { change: { kind: 'edit', at: 8 } },
      { by: alice, change: { kind: 'reactions', keys: ['+'] } },
      { by: bob, change: { kind: 'reactions', keys: ['+', '-'] } },
    ]);
  });

  test('replies, threads and mentions name messages and people', () => {
    const body = {
      text: '@alice yes',
      reply: 2,
      thread: 1,
      mentions: [{ address: 'alice@x', start: 0, length: 6 }],
    };
    expect(map(message(3, { body }))).toMatchObject([
      {
        items: [
          {
            replyTo: { target: { stable: 'c1:2' } },
            thread: { target: { stable: 'c1:1' } },
            mentions: ['alice@x'],
            mentioned: true,
          },
        ],
      },
    ]);
  });

  test('what was received is what a receipt is due for: the newest of others', () => {
    const { received } = mapUpdates([message(1), message(2), message(3, { from: 'alice@x' })], reader, 0);
    expect([...received]).toEqual([['c1', 2]]);
  });

  test('a stretch of the log is dense, or it is none', () => {
    expect(isDense({ updates: [message(4), message(5)], cursor: 5 }, 3)).toBe(true);
    expect(isDense({ updates: [message(4), message(6)], cursor: 6 }, 3)).toBe(false);
    expect(isDense({ updates: [message(4)], cursor: 5 }, 3)).toBe(false);
    expect(isDense({ updates: [], cursor: 3 }, 3)).toBe(true);
  });
});
