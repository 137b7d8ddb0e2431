import { describe, expect, test } from 'vitest';
import { WireError } from '../../src/wire/error.ts';
import { baseOf } from '../../src/wire/target.ts';

function codeOf(server: string, allowInsecure = false): string {
  try {
    return baseOf(server, allowInsecure);
  } catch (error) {
    return error instanceof WireError ? error.code : String(error);
  }
}

describe('the address of a homeserver', () => {
  test.each([
    ['matrix.example.org', 'https://matrix.example.org'],
    ['example.org:8448/', 'https://example.org:8448'],
    ['https://example.org/matrix/', 'https://example.org/matrix'],
    ['localhost:8008', 'http://localhost:8008'],
    ['127.0.0.1:8008', 'http://127.0.0.1:8008'],
    ['[::1]:8008', 'http://[::1]:8008'],
  ])('%s is %s', (server, base) => {
    expect(codeOf(server)).toBe(base);
  });

  test.each([
    'http://example.org',
    'http://10.0.0.1',
    'http://localhost.example.org',
    'http://127.0.0.1.example.org',
  ])('%s is not encrypted, and wants the word of the user', (server) => {
    expect(codeOf(server)).toBe('tls-required');
    expect(codeOf(server, true)).toBe(server);
  });

  test.each(['', 'ftp://example.org', 'https://example.org/?q', 'a b', 'x#y', 'alice@', 'mailto:x'])(
    '%j is none',
    (server) => {
      expect(codeOf(server)).toBe('invalid');
    },
  );

  test.each(['https://user:secret@example.org', 'user:secret@example.org', '//x:secret@y'])(
    '%s is none, and is told without the password',
    (server) => {
      const make = (): string => baseOf(server, false);
      expect(make).toThrow(/is no address/);
      expect(make).not.toThrow(/secret/);
    },
  );
});
