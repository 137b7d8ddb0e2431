import { describe, expect, test } from 'vitest';
import { isEventId, isRoomId, isUserId, readAddress, readRoomAddress } from '../../src/mapping/keys.ts';
import { readMediaAddress } from '../../src/mapping/media.ts';
import { Api } from '../../src/wire/api.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { baseOf } from '../../src/wire/target.ts';

describe('addresses of media', () => {
  test.each([
    'mxc://../client',
    'mxc://server/..',
    'mxc://server/../../x',
    'mxc://server/a/b',
    'mxc://server/a%2f..',
    'mxc://server/a%00',
    'mxc://server/a?x=1',
    'mxc://server/a#x',
    'mxc://server/a\\b',
    'mxc://server/',
    'mxc:///id',
    'mxc://user@server/id',
    'mxc://ser ver/id',
    'https://server/id',
    'mxc://server/id\n',
    `mxc://server/${'x'.repeat(5000)}`,
    5,
    null,
  ])('refuses %j (CVE-2024-50336)', (address) => {
    expect(readMediaAddress(address)).toBeNull();
  });

  test('takes what the specification allows', () => {
    expect(readMediaAddress('mxc://example.org:8448/aB_-9')).toEqual({
      server: 'example.org:8448',
      id: 'aB_-9',
    });
    expect(readMediaAddress('mxc://[::1]:80/x')).toEqual({ server: '[::1]:80', id: 'x' });
  });
});

test('no part of a path is a step in the tree', async () => {
  const http = {
    send: () => Promise.reject(new Error('asked')),
    close: () => {},
    broken: new Promise<never>(() => {}),
  };
  const api = new Api({ http, base: 'https://x.test', limits: DEFAULT_LIMITS, token: () => 'secret' });
  const { signal } = new AbortController();
  for (const part of ['..', '.', '']) {
    const call = async (): Promise<unknown> =>
      api.call({ method: 'GET', path: ['client', part, 'x'], signal });
    await expect(call()).rejects.toThrow('this is no id');
  }
});

test('ids are what they must be, and short', () => {
  expect(isUserId('@a:b')).toBe(true);
  expect(isUserId('@a')).toBe(false);
  expect(isUserId('@a:')).toBe(false);
  expect(isUserId(`@${'a'.repeat(300)}:b`)).toBe(false);
  expect(isRoomId('!x')).toBe(true);
  expect(isEventId('$\u0000')).toBe(false);
  expect(isEventId('$\ud800')).toBe(false);
});

test('a person types addresses in several ways', () => {
  expect(readAddress(' @a:b.c ')).toBe('@a:b.c');
  expect(readAddress('a:b.c')).toBe('@a:b.c');
  expect(readAddress('https://matrix.to/#/@a:b.c?via=x')).toBe('@a:b.c');
  expect(readAddress('matrix:u/a:b.c')).toBe('@a:b.c');
  expect(readAddress('#room:b.c')).toBeNull();
  expect(readAddress('a@b.c')).toBeNull();
});

test.each([
  [' #room:b.c ', '#room:b.c', ['b.c']],
  ['!opaque', '!opaque', []],
  ['!opaque:b.c', '!opaque:b.c', ['b.c']],
  ['https://matrix.to/#/!opaque?via=b.c&via=d.e', '!opaque', ['b.c', 'd.e']],
  ['https://matrix.to/#/%23room%3Ab.c', '#room:b.c', ['b.c']],
  ['https://matrix.to/#/!opaque:b.c/$event?via=d.e', '!opaque:b.c', ['d.e']],
  ['matrix:r/room:b.c?action=join', '#room:b.c', ['b.c']],
  ['matrix:roomid/opaque?via=b.c', '!opaque', ['b.c']],
])('%s is a room, and by whom it is found', (text, room, via) => {
  expect(readRoomAddress(text)).toEqual({ room, via });
});

test.each(['@a:b.c', 'room', 'https://matrix.to/#/@a:b.c', 'matrix:u/a:b.c', 'https://b.c/#/!x'])(
  '%s is no room',
  (text) => expect(readRoomAddress(text)).toBeNull(),
);

test('nothing goes out in the clear unless it stays here or the user says so', () => {
  expect(baseOf('example.org', false)).toBe('https://example.org');
  expect(baseOf('https://example.org/matrix/', false)).toBe('https://example.org/matrix');
  expect(baseOf('127.0.0.1:8008', false)).toBe('http://127.0.0.1:8008');
  expect(() => baseOf('http://example.org', false)).toThrow('not encrypted');
  expect(baseOf('http://example.org', true)).toBe('http://example.org');
  for (const bad of ['http://a@b', 'x y', 'https://h?x=1', 'ftp://h', ''])
    expect(() => baseOf(bad, true)).toThrow();
});
