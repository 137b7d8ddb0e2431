import { describe, expect, test } from 'vitest';
import { completeAddress, locate } from '../../src/mapping/address.ts';
import type { NativeConfig } from '../../src/mapping/config.ts';

const ca = '-----BEGIN CERTIFICATE-----';
const places: readonly (readonly [string, NativeConfig, string])[] = [
  ['alice@chat.example', {}, 'wss://chat.example:5280/'],
  ['alice@chat.example:443', {}, 'wss://chat.example/'],
  ['alice@chat.example:7000', {}, 'wss://chat.example:7000/'],
  ['alice@127.0.0.1:7000', {}, 'ws://127.0.0.1:7000/'],
  ['alice@127.0.0.1:443', {}, 'ws://127.0.0.1:443/'],
  ['alice@localhost', {}, 'ws://localhost:5280/'],
  ['alice@[::1]:7000', {}, 'ws://[::1]:7000/'],
  ['alice@127.0.0.1:7000', { ca }, 'wss://127.0.0.1:7000/'],
  ['alice@192.0.2.1:7000', { allowInsecure: true }, 'ws://192.0.2.1:7000/'],
  ['alice', { server: 'https://chat.example/natter' }, 'wss://chat.example/natter'],
  ['alice', { server: 'http://127.0.0.1:1' }, 'ws://127.0.0.1:1/'],
  ['alice@other.example', { server: 'wss://chat.example' }, 'wss://chat.example/'],
];

describe('where an account lives', () => {
  test.each(places)('%s with %o is at %s', (address, config, url) => {
    expect(locate(address, config)).toEqual({ user: 'alice', url });
  });

  test('names are lower case', () => {
    expect(locate(' Alice@localhost', {}).user).toBe('alice');
  });

  test.each([
    ['ws://chat.example', 'tls-required'],
    ['ws://127.0.0.1.evil.example', 'tls-required'],
    ['ws://localhost.evil.example', 'tls-required'],
    ['file:///etc/passwd', 'invalid'],
    ['chat.example', 'invalid'],
    ['wss://alice@chat.example', 'invalid'],
  ])('the server %s is refused as %s', (server, code) => {
    expect(() => locate('alice', { server })).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code }) as unknown }) as Error,
    );
  });

  test.each(['', '@host', 'al ice@host', 'alice@', 'alice@host/path', 'alice@ho st', 'a\u001b[31m@host'])(
    '%j is no address',
    (address) => {
      expect(() => locate(address, {})).toThrow(
        expect.objectContaining({ data: expect.objectContaining({ code: 'invalid' }) as unknown }) as Error,
      );
    },
  );
});

describe('what somebody types to reach somebody', () => {
  test.each([
    ['bob', 'bob@chat.example'],
    ['Bob@Chat.Example', 'bob@chat.example'],
    ['bob@127.0.0.1:5280', 'bob@chat.example'],
    ['bob@127.0.0.1', 'bob@chat.example'],
    ['bob@elsewhere.example', 'bob@elsewhere.example'],
    ['b@b@c', null],
    ['bob@', null],
    ['', null],
  ])('%j is %j', (typed, address) => {
    expect(completeAddress(typed, 'chat.example', 'ws://127.0.0.1:5280/')).toBe(address);
  });
});
