import { describe, expect, it } from 'vitest';
import { decodeResult, decodeServerFrame } from '../src/codec/server-frame.ts';
import type { Update } from '../src/frames/update.ts';
import { chooseSubprotocol } from '../src/version.ts';

function decode(frame: unknown): ReturnType<typeof decodeServerFrame> {
  return decodeServerFrame(JSON.stringify(frame));
}

const updates: Update[] = [
  {
    kind: 'conversation',
    position: 1,
    opened: {
      conversation: 'c1',
      kind: 'direct',
      peer: 'bob@localhost',
      lastSeq: 0,
      positions: [{ address: 'bob@localhost', delivered: 0, read: 0 }],
    },
  },
  {
    kind: 'message',
    position: 2,
    conversation: 'c1',
    seq: 1,
    messageId: 'c1.1',
    from: 'bob@localhost',
    time: 5,
    body: { text: 'hi' },
  },
  {
    kind: 'edit',
    position: 3,
    conversation: 'c1',
    seq: 1,
    by: 'bob@localhost',
    body: { text: 'ho' },
    time: 6,
  },
  { kind: 'retraction', position: 4, conversation: 'c1', seq: 1, by: 'bob@localhost', time: 7 },
  { kind: 'reaction', position: 5, conversation: 'c1', seq: 1, by: 'bob@localhost', key: '👍', on: true },
  { kind: 'marker', position: 6, conversation: 'c1', by: 'bob@localhost', marker: 'read', seq: 1 },
  { kind: 'roster', position: 7, version: 3, address: 'bob@localhost', contact: null },
  { kind: 'account', position: 8, change: 'device-added', deviceName: 'laptop', time: 8 },
];

describe('frames of a server', () => {
  it('reads every kind of update', () => {
    const frame = { type: 'updates', cursor: 8, updates };
    expect(decode(frame)).toEqual({ ok: true, frame });
  });

  it('turns a kind of update it does not know into a step of the cursor', () => {
    const page = decodeResult('sync', {
      updates: [{ kind: 'poll', position: 9, question: '?' }],
      cursor: 9,
      head: 9,
      more: false,
    });
    expect(page).toEqual({
      ok: true,
      frame: { updates: [{ kind: 'unknown', position: 9 }], cursor: 9, head: 9, more: false },
    });
  });

  it('does not take a malformed update of a known kind for an unknown one', () => {
    expect(decode({ type: 'updates', cursor: 1, updates: [{ kind: 'message', position: 1 }] })).toMatchObject(
      { ok: false, error: { code: 'invalid' } },
    );
  });

  it('ignores frame types, fields and error codes of newer servers', () => {
    expect(decode({ type: 'fanfare', loud: true })).toEqual({ ok: true, frame: { type: 'unknown' } });
    expect(decode({ type: 'lagging', head: 3, why: 'slow' })).toEqual({
      ok: true,
      frame: { type: 'lagging', head: 3 },
    });
    expect(decode({ type: 'error', id: 1, error: { code: 'tired', message: 'x' } })).toMatchObject({
      frame: { error: { code: 'internal' } },
    });
  });

  it('gives what cannot be read as an error', () => {
    expect(decodeServerFrame('{"type":')).toMatchObject({ ok: false, error: { code: 'malformed' } });
    expect(decodeServerFrame('{"type":"lagging","head":3}', 20)).toMatchObject({
      error: { code: 'too-large' },
    });
    for (const type of [5, null, { toString: 'lagging' }])
      expect(decode({ type })).toMatchObject({ ok: false, error: { code: 'invalid', field: 'type' } });
    expect(decode({ type: 'toString' })).toEqual({ ok: true, frame: { type: 'unknown' } });
  });

  it('leaves out conversations of a kind it does not know', () => {
    const known = { conversation: 'c1', kind: 'direct', peer: 'bob@localhost', lastSeq: 0, positions: [] };
    const decoded = decodeResult('conversations', {
      conversations: [known, { conversation: 'c2', kind: 'stage' }],
      next: null,
    });
    expect(decoded).toEqual({ ok: true, frame: { conversations: [known], next: null } });
  });

  it('checks the result of a reply by what was asked', () => {
    expect(decodeResult('send', { conversation: 'c1', seq: 1, messageId: 'c1.1', time: 1 })).toMatchObject({
      ok: true,
    });
    expect(decodeResult('send', { conversation: 'c1', seq: 0, messageId: 'c1.1', time: 1 })).toMatchObject({
      ok: false,
    });
  });

  it('chooses the newest subprotocol both speak', () => {
    expect(chooseSubprotocol(['chat', 'natter.1'])).toBe('natter.1');
    expect(chooseSubprotocol(['natter.9'])).toBeNull();
  });
});
