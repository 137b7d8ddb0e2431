import { describe, expect, it } from 'vitest';
import { decodeClientFrame } from '../src/codec/client-frame.ts';
import { encodeFrame } from '../src/codec/encode.ts';
import type { ClientFrame } from '../src/requests.ts';

function decode(frame: unknown): ReturnType<typeof decodeClientFrame> {
  return decodeClientFrame(JSON.stringify(frame));
}

const send = { type: 'send', id: 1, clientId: 'c1', peer: 'bob', body: { text: 'hello' } };

describe('frames of a client', () => {
  it.each<ClientFrame>([
    { type: 'hello', id: 1, client: { name: 'test', version: '0' } },
    { type: 'register', id: 2, user: 'alice', password: 'correct horse' },
    { type: 'resume', id: 3, address: 'alice@localhost', device: 'd1', token: 't' },
    { type: 'contact-request', id: 4, address: 'bob', text: 'hi', groups: ['friends'] },
    {
      type: 'send',
      id: 5,
      clientId: 'x',
      conversation: 'c1',
      body: { text: 'hi', formatting: [{ start: 0, length: 2, style: 'bold' }], reply: 1 },
    },
    { type: 'mark', id: 6, kind: 'read', marks: [{ conversation: 'c1', seq: 4 }] },
    { type: 'sync', id: 7, after: 0 },
    { type: 'ack', cursor: 12 },
    { type: 'typing', conversation: 'c1', active: true },
  ])('reads what it has written: $type', (frame) => {
    expect(decodeClientFrame(encodeFrame(frame))).toEqual({ ok: true, frame });
  });

  it('says what is wrong in words for whoever typed it', () => {
    const faults: readonly (readonly [frame: object, text: string])[] = [
      [{ type: 'group-create', id: 1, clientId: 'c1', title: '' }, 'The field title is empty.'],
      [
        { type: 'group-create', id: 1, clientId: 'c1', title: 'x'.repeat(100_000) },
        'The field title is longer than 256 characters.',
      ],
      [
        { ...send, clientId: 7 },
        'The field clientId is not valid: invalid input: expected string, received number.',
      ],
    ];
    for (const [frame, message] of faults)
      expect(decode(frame)).toMatchObject({ ok: false, error: { code: 'invalid', message } });
  });

  it('drops fields it does not know, so that a newer client can send more', () => {
    expect(decode({ ...send, future: { a: 1 }, body: { text: 'hello', sparkle: true } })).toEqual({
      ok: true,
      frame: send,
    });
  });

  it('answers a type it does not know with a typed error that carries the id', () => {
    expect(decode({ type: 'teleport', id: 9 })).toMatchObject({
      ok: false,
      id: 9,
      error: { code: 'unknown-type' },
    });
    expect(decode({ type: 'toString', id: 9 })).toMatchObject({ ok: false, error: { code: 'unknown-type' } });
    expect(decode({ id: 9 })).toMatchObject({ ok: false, id: 9, error: { code: 'invalid', field: 'type' } });
  });

  it('answers with an id that could be read, and with none that could not', () => {
    for (const type of ['teleport', 5, 'retract'])
      for (const id of [-1, 1.5, 2 ** 53, '9', null]) expect(decode({ type, id })).not.toHaveProperty('id');
    expect(decode({ type: 'teleport' })).not.toHaveProperty('id');
    expect(decode({})).toEqual({ ok: false, error: expect.objectContaining({ code: 'invalid' }) as unknown });
  });

  it('gives what the guard refuses as an error', () => {
    expect(decodeClientFrame('{"type":')).toMatchObject({ ok: false, error: { code: 'malformed' } });
    expect(decodeClientFrame(JSON.stringify(send), 20)).toMatchObject({ error: { code: 'too-large' } });
  });

  it.each([
    ['no id', { ...send, id: undefined }, 'id'],
    ['a negative id', { ...send, id: -1 }, 'id'],
    ['no receiver', { ...send, peer: undefined }, 'conversation'],
    ['two receivers', { ...send, conversation: 'c1' }, 'conversation'],
    ['an empty message', { ...send, body: { text: '' } }, 'body.text'],
    ['text that is a number', { ...send, body: { text: 7 } }, 'body.text'],
    [
      'a range past the text',
      { ...send, body: { text: 'hi', formatting: [{ start: 1, length: 2, style: 'bold' }] } },
      'body.formatting',
    ],
    [
      'a script as link',
      {
        ...send,
        body: {
          text: 'hi',
          formatting: [{ start: 0, length: 2, style: 'link', url: 'javascript:alert(1)' }],
        },
      },
      'body.formatting.0.url',
    ],
    ['a fractional sequence', { type: 'retract', id: 1, conversation: 'c1', seq: 1.5 }, 'seq'],
    ['a sequence past the safe integers', { type: 'retract', id: 1, conversation: 'c1', seq: 1e300 }, 'seq'],
    [
      'a user name with an upper-case letter',
      { type: 'register', id: 1, user: 'Alice', password: 'x' },
      'user',
    ],
    ['a user name that is a path', { type: 'register', id: 1, user: '../etc', password: 'x' }, 'user'],
    [
      'both directions of history',
      { type: 'history', id: 1, conversation: 'c', before: 5, after: 5 },
      'after',
    ],
  ])('refuses %s and names the field', (_name, frame, field) => {
    expect(decode(frame)).toMatchObject({ ok: false, error: { code: 'invalid', field } });
  });

  it('does not repeat values in an error: they may be secrets', () => {
    const decoded = decode({ type: 'sign-in', id: 1, address: 'alice', password: ['hunter2'] });
    expect(JSON.stringify(decoded)).not.toContain('hunter2');
  });

  it('reads a number past the range of a double as invalid', () => {
    expect(decodeClientFrame('{"type":"sync","id":1,"after":1e400}')).toMatchObject({
      ok: false,
      id: 1,
      error: { code: 'invalid' },
    });
  });
});
