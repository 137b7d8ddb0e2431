import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFormatting, withoutCodes, writeFormatting } from '../../src/mapping/format-codes.ts';
import { mentions } from '../../src/mapping/message.ts';
import { splitText } from '../../src/mapping/split-text.ts';
import { mapError, refusal } from '../../src/mapping/errors.ts';
import { routeOf } from '../../src/target.ts';
import { readConfig } from '../../src/config.ts';
import { readPolicy, updatedPolicy } from '../../src/strict-transport.ts';
import { foldName } from '../../src/wire/case-mapping.ts';
import { parseLine } from '../../src/wire/line.ts';
import { byteLength } from '../../src/wire/format-line.ts';

describe('splitting', () => {
  test('loses nothing, fits, and tears no character apart', () => {
    const grapheme = fc.constantFrom('a', ' ', 'é', '😀', '👩‍👩‍👧', 'e\u0301', '\u{1F1E9}\u{1F1EA}');
    fc.assert(
      fc.property(
        fc.array(grapheme, { maxLength: 200 }),
        fc.integer({ min: 30, max: 90 }),
        (parts, limit) => {
          const text = parts.join('');
          const pieces = splitText(text, limit);
          if (text !== '') expect(pieces.join('')).toBe(text);
          for (const piece of pieces) expect(byteLength(piece)).toBeLessThanOrEqual(limit);
          const segments = (all: string): number => [...new Intl.Segmenter().segment(all)].length;
          if (text !== '')
            expect(pieces.reduce((sum, piece) => sum + segments(piece), 0)).toBe(segments(text));
        },
      ),
    );
  });

  test('cuts what a person sees as one character only when it is longer than a line', () => {
    const pieces = splitText(`x${'\u0301'.repeat(100)}`, 50);
    expect(pieces.join('')).toBe(`x${'\u0301'.repeat(100)}`);
    for (const piece of pieces) expect(byteLength(piece)).toBeLessThanOrEqual(50);
  });
});

describe('formatting', () => {
  test.each([
    ['\x02bold\x02 plain', 'bold plain', [{ type: 'bold', children: ['bold'] }, ' plain']],
    ['\x1di\x0fn', 'in', [{ type: 'italic', children: ['i'] }, 'n']],
    [
      '\x034,1red\x03',
      'red',
      [{ type: 'color', foreground: '#ff0000', background: '#000000', children: ['red'] }],
    ],
    ['\x04ff8800x', 'x', [{ type: 'color', foreground: '#ff8800', children: ['x'] }]],
  ])('reads %j', (text, plain, formatted) => {
    expect(readFormatting(text)).toEqual({ text: plain, formatted });
  });

  test('a text without codes has no tree, and no control character ever comes through', () => {
    expect(readFormatting('plain')).toEqual({ text: 'plain' });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\x02', '\x03', '\x04', '\x1b', '\x07', '1', ',', 'a', 'f') }),
        (text) => {
          expect(readFormatting(text).text).not.toMatch(/\p{Cc}/u);
          expect(withoutCodes(text)).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });

  test('what is written is read back', () => {
    const tree = [{ type: 'bold', children: ['a', { type: 'italic', children: ['b'] }] }] as const;
    expect(readFormatting(writeFormatting(tree)).text).toBe('ab');
    expect(writeFormatting([{ type: 'link', url: 'https://x.test', children: ['x'] }])).toBe(
      'x (https://x.test)',
    );
  });
});

test('names compare by the case mapping of the server', () => {
  expect(foldName('Nick[]\\~', 'rfc1459')).toBe('nick{}|^');
  expect(foldName('Nick[]\\~', 'rfc1459-strict')).toBe('nick{}|~');
  expect(foldName('Nick[]\\~É', 'ascii')).toBe('nick[]\\~É');
});

test('a mention is the nick as a word', () => {
  expect(mentions('hi Me: look', 'me')).toBe(true);
  expect(mentions('some memes', 'me')).toBe(false);
});

test('TLS is the rule, and what may be plain is said', () => {
  const route = (address: string, config = {}): unknown => routeOf(address, readConfig(config), null);
  expect(route('a@irc.test')).toEqual({ host: 'irc.test', port: 6697, secure: true });
  expect(route('a@irc.test:6667')).toEqual({ host: 'irc.test', port: 6667, secure: true });
  expect(route('a@irc.test:6667', { allowInsecure: true })).toMatchObject({ secure: false });
  expect(route('a@127.0.0.1:6667')).toMatchObject({ secure: false });
  expect(route('a@127.0.0.1:6697')).toMatchObject({ secure: true });
  expect(route('a@[::1]:7000')).toEqual({ host: '::1', port: 7000, secure: false });
  expect(() => route('a@irc.test', { server: 'irc://irc.test' })).toThrow(/not encrypted/);
  expect(() => route('nobody')).toThrow(/no IRC address/);
  // A kept wish of the server (STS) overrules what the user allowed.
  expect(routeOf('a@irc.test:6667', readConfig({ allowInsecure: true }), 6697)).toMatchObject({
    secure: true,
  });
});

test('STS: a policy holds for its time, and is taken back with 0', () => {
  const place = { host: 'IRC.test', port: 6697 };
  const kept = updatedPolicy('duration=100,port=1', place, 1000) ?? null;
  expect(kept).toBe('irc.test 6697 101000');
  expect([readPolicy(kept, 'irc.TEST', 100_999), readPolicy(kept, 'irc.test', 101_001)]).toEqual([
    6697,
    null,
  ]);
  expect(readPolicy(kept, 'other.test', 1000)).toBeNull();
  expect(updatedPolicy('duration=0', place, 0)).toBeNull();
  expect(updatedPolicy('port=6697', place, 0)).toBeUndefined();
});

test('a refusal named like a property of every object is an unknown one', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    const line = parseLine(`:s FAIL JOIN ${name} :no`);
    if (line === null) throw new Error('it is a line');
    const { code, message } = mapError(refusal(line));
    expect([typeof code, message]).toEqual(['string', 'the server said: no']);
  }
});
