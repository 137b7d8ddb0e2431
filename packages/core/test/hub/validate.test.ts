import { describe, expect, it } from 'vitest';
import type { AccountId, Batch, Event, MessageIn } from '@natter/core';
import { validateBatch } from '../../src/hub/ingest/validate.ts';
import { key, message, sender, timeline } from './support/scripted.ts';

const account = 'a1' as AccountId;
const long = key('x'.repeat(4097));

function faultOf(batch: Partial<Batch>): string | null {
  try {
    validateBatch(account, { origin: 'live', events: [], ...batch });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const item = (parts: object): MessageIn => ({ ...message('x'), ...parts });
const upsert = (of: 'contact' | 'conversation', value: object): Event => ({
  type: 'upsert',
  of,
  key: key('bob'),
  value,
});
const patch = (parts: object): Event => ({
  type: 'patch',
  conversation: key('bob'),
  target: { stable: key('1') },
  by: sender('bob'),
  change: { kind: 'retract', at: null, reason: null },
  ...parts,
});
const placed = (keys: readonly string[], items: number): Event => ({
  type: 'timeline',
  conversation: key('bob'),
  place: { by: 'key', keys: keys as never },
  items: Array.from({ length: items }, () => message('x')),
});
const marker = (upTo: object, who = sender('bob')): Event =>
  ({ type: 'marker', conversation: key('bob'), who, kind: 'read', upTo }) as Event;
const gap = { id: '1', conversation: key('bob'), after: null, before: null, token: null };

describe('an event', () => {
  it.each<[string, Event]>([
    ['a timeline without a conversation', { ...timeline(message('x')), conversation: key('') }],
    ['a key that is no text', timeline(item({ stable: 5 }))],
    ['a key without end', timeline(item({ stable: long }))],
    ['a claimed id that is empty', timeline(item({ claimed: '' }))],
    ['a sender without a key', timeline(item({ sender: sender('') }))],
    ['a sender whose name is no text', timeline(item({ sender: { ...sender('bob'), name: {} } }))],
    ['a time that is none', timeline(item({ receivedAt: Number.NaN }))],
    ['a time of sending that is none', timeline(item({ sentAt: Infinity }))],
    ['content without text', timeline(item({ content: { kind: 'text' } }))],
    ['more items than order keys', placed(['a'], 2)],
    ['fewer items than order keys', placed(['a', 'b'], 1)],
    ['an order key of other characters', placed(['a b'], 1)],
    ['an order key without end', placed(['a'.repeat(201)], 1)],
    ['equal order keys', placed(['a', 'a'], 2)],
    ['order keys that descend', placed(['b', 'a'], 2)],
    ['a change in no conversation', patch({ conversation: key('') })],
    ['a change by nobody', patch({ by: sender('') })],
    ['a change of nothing', patch({ target: { stable: key('') } })],
    ['a change of a claimed id by nobody', patch({ target: { claimed: '1', sender: key('') } })],
    ['an edit without text', patch({ change: { kind: 'edit', content: { kind: 'text' }, at: null } })],
    ['a decryption without text', patch({ change: { kind: 'decrypted', content: {}, trust: 'server' } })],
    [
      'reactions of which one has no end',
      patch({ change: { kind: 'reactions', keys: ['+', 'x'.repeat(1025)] } }),
    ],
    ['a reaction that is no text', patch({ change: { kind: 'react', key: 5, on: true } })],
    ['a marker of nothing', marker({ stable: key('') })],
    ['a marker of nobody', marker({ stable: key('1') }, sender(''))],
    ['a rekey from nothing', { type: 'rekey', of: 'contact', from: key(''), to: key('b') }],
    ['a rekey to nothing', { type: 'rekey', of: 'contact', from: key('a'), to: key('') }],
    ['a rekey in nothing', { type: 'rekey', of: 'message', in: key(''), from: key('a'), to: key('b') }],
    ['a member of nothing', { type: 'upsert', of: 'member', in: key(''), key: key('a'), value: {} }],
    ['an upsert of nothing', { type: 'upsert', of: 'contact', key: key(''), value: {} }],
    ['a name that is no text', upsert('contact', { name: 5 })],
    ['an alias that is no text', upsert('contact', { alias: {} })],
    ['a request that is no text', upsert('contact', { request: [] })],
    ['a topic that is no text', upsert('conversation', { topic: 5 })],
    ['groups of which one is no text', upsert('contact', { groups: ['a', 5] })],
    ['verified names that are none', upsert('contact', { verified: 'x' })],
    ['half a message unread', upsert('conversation', { unread: 0.5 })],
    ['pins without end', upsert('conversation', { pins: Array.from({ length: 1001 }, () => key('1')) })],
    ['a pin of nothing', upsert('conversation', { pins: [key('1'), key('')] })],
    ['an age of nothing', upsert('conversation', { expiry: 0 })],
    ['an age without end', upsert('conversation', { expiry: Infinity })],
    ['a removal of nothing', { type: 'remove', of: 'contact', key: key('') }],
    ['a removal in nothing', { type: 'remove', of: 'message', in: key(''), key: key('a') }],
    ['a sweep in nothing', { type: 'sweep', of: 'member', in: key(''), generation: '1', end: false }],
    ['a self without a key', { type: 'self', key: key('') }],
    [
      'an operation without an id',
      { type: 'operation', operation: '' as never, outcome: { result: 'accepted', refs: [] } },
    ],
    ['a type that nobody knows', { type: 'explode' } as never],
  ])('with %s is refused', (_, event) => {
    expect(faultOf({ events: [timeline(message('fine')), event] })).toMatch(/invalid \w+ event/);
  });

  it.each<[string, Event]>([
    [
      'names and lists',
      upsert('contact', { name: null, alias: 'B', groups: ['a'], verified: [], address: 'b' }),
    ],
    [
      'counts and an age',
      upsert('conversation', { unread: 0, mentions: 3, expiry: 60_000, pins: [key('1')] }),
    ],
    ['no age', upsert('conversation', { expiry: null })],
    ['order keys that ascend', placed(['a', 'b'], 2)],
    [
      'a page between nothing',
      { ...timeline(message('x')), place: { by: 'page', after: null, before: null } },
    ],
    ['a longest key', timeline(item({ stable: key('x'.repeat(4096)), claimed: '1', sentAt: 5 }))],
    ['a change of a claimed id', patch({ target: { claimed: '1', sender: key('bob') } })],
    ['reactions', patch({ change: { kind: 'reactions', keys: ['+', ''] } })],
    ['a marker', marker({ stable: key('1') })],
    ['a member', { type: 'upsert', of: 'member', in: key('r'), key: key('a'), value: {} }],
    ['the end of a sweep', { type: 'sweep', of: 'contact', generation: '1', end: true }],
    ['a rekey', { type: 'rekey', of: 'participant', in: key('r'), from: key('a'), to: key('b') }],
  ])('with %s is taken', (_, event) => {
    expect(faultOf({ events: [event] })).toBeNull();
  });
});

describe('a batch', () => {
  it.each<[string, object]>([
    ['a cursor without a name', { cursors: { '': 'x' } }],
    ['a cursor that is no text', { cursors: { archive: 5 } }],
    ['state that is no text', { state: { counter: {} } }],
    ['a gap without an id', { gaps: [{ op: 'open', gap: { ...gap, id: '' } }] }],
    ['a gap behind nothing', { gaps: [{ op: 'open', gap: { ...gap, after: '' } }] }],
    ['a gap before half a character', { gaps: [{ op: 'open', gap: { ...gap, before: '\ud800' } }] }],
    [
      'a second gap that is none',
      {
        gaps: [
          { op: 'open', gap },
          { op: 'close', id: '' },
        ],
      },
    ],
  ])('with %s is refused', (_, batch) => {
    expect(faultOf(batch)).toMatch(/invalid batch/);
  });

  it('with cursors, state and gaps is taken', () => {
    const gaps = [
      { op: 'open', gap: { ...gap, after: key('1'), before: key('2') } },
      { op: 'close', id: '1' },
    ] as const;
    expect(faultOf({ cursors: { archive: 'x', account: null }, state: { a: null }, gaps })).toBeNull();
  });
});
