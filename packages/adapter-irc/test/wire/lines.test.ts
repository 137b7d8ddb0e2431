import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchAssembler, isBatch, linesOf, type Batch } from '../../src/wire/batches.ts';
import { WireError } from '../../src/wire/error.ts';
import { formatLine } from '../../src/wire/format-line.ts';
import { parseLine, type IrcLine } from '../../src/wire/line.ts';
import { LineSplitter } from '../../src/wire/line-splitter.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { LineDecoder } from '../../src/wire/text-decoder.ts';

test('a line is read in its parts', () => {
  const line = parseLine('@a=b\\:\\s\\\\c;+d;e= :nick!user@host PRIVMSG #c  :hello  world ');
  expect(line?.source).toEqual({ nick: 'nick', user: 'user', host: 'host' });
  expect([line?.command, line?.params]).toEqual(['PRIVMSG', ['#c', 'hello  world ']]);
  expect([...(line?.tags ?? [])]).toEqual([
    ['a', 'b; \\c'],
    ['+d', ''],
    ['e', ''],
  ]);
  expect(parseLine(':s 001 me :')?.params).toEqual(['me', '']);
});

test.each([
  ['nick!user@host', { nick: 'nick', user: 'user', host: 'host' }],
  ['nick!user', { nick: 'nick', user: 'user', host: null }],
  ['nick@host', { nick: 'nick', user: null, host: 'host' }],
  ['irc.example.org', { nick: 'irc.example.org', user: null, host: null }],
  ['a@b!user@host', { nick: 'a@b', user: 'user', host: 'host' }],
  ['', null],
])('who it comes from: %s', (source, expected) => {
  expect(parseLine(`:${source} PING x`)?.source).toEqual(expected);
});

test('what has no command is no line', () => {
  for (const text of ['', ' ', ':nick', '@a=b', '12', '1234', 'PRIV-MSG x', '\x01', 'é x'])
    expect(parseLine(text)).toBeNull();
});

test('parameters and tags are bounded, and empty tags are none', () => {
  expect(parseLine(`PING ${'x '.repeat(1000)}`)?.params).toHaveLength(30);
  expect(parseLine(`@${Array.from({ length: 5000 }, (_, at) => `t${at}`).join(';')} PING`)?.tags.size).toBe(
    512,
  );
  expect([...(parseLine('@;a=1;; PING')?.tags ?? [])]).toEqual([['a', '1']]);
});

test('no text makes the parser throw', () => {
  const unit = fc.constantFrom('@', ':', ' ', ';', '=', '\\', '!', 'A', '1', '\0', '😀', '\ud800');
  const property = fc.property(fc.string({ unit, maxLength: 60 }), (text) => void parseLine(text));
  fc.assert(property, { numRuns: 20_000 });
});

test('what is made is what is read, or is refused', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', ':', '\r', '\n', '\0', 'é', ';', '\\') });
  const property = fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (params, tag) => {
    let line: string;
    try {
      line = formatLine('CMD', params, { '+t': tag });
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      return;
    }
    for (const character of '\r\n\0') expect(line).not.toContain(character);
    const read = parseLine(line);
    expect([read?.command, read?.params, read?.tags.get('+t')]).toEqual(['CMD', params, tag]);
  });
  fc.assert(property, { numRuns: 5_000 });
});

test.each([
  ['a command that is none', () => formatLine('PRIV MSG', [])],
  ['a tag name with a line end', () => formatLine('X', [], { 'a\r\nQUIT': '1' })],
  ['a line that is too long', () => formatLine('X', ['é'.repeat(260)])],
  ['tags that are too long', () => formatLine('X', [], { '+a': 'x'.repeat(4094) })],
])('%s is refused', (_, make) => {
  expect(make).toThrow(WireError);
});

describe('the splitter', () => {
  const bytes = new TextEncoder().encode(':a PRIVMSG b :é€😀\r\n\r\n:c PING\n');

  test('gives the same lines wherever the bytes are cut', () => {
    const decoder = new LineDecoder('windows-1252');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const splitter = new LineSplitter(DEFAULT_LIMITS);
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
      expect(lines.map((line) => decoder.decode(line))).toEqual([':a PRIVMSG b :é€😀', ':c PING']);
    }
  });

  test.each([
    ['a body', (most: number) => 'x'.repeat(most), DEFAULT_LIMITS.bodyBytes],
    ['tags', (most: number) => `@${'x'.repeat(most - 2)} PING`, DEFAULT_LIMITS.tagBytes],
    ['tags that do not end', (most: number) => `@${'x'.repeat(most - 1)}`, DEFAULT_LIMITS.tagBytes],
    ['a body behind tags', (most: number) => `@a=b ${'x'.repeat(most)}`, DEFAULT_LIMITS.bodyBytes],
  ])('takes %s as long as allowed, and not a byte more, wherever it is cut', (_, make, most) => {
    const take = (line: string, end: string, cut: number): number => {
      const splitter = new LineSplitter(DEFAULT_LIMITS);
      const whole = new TextEncoder().encode(line + end);
      const pieces = [whole.subarray(0, cut), whole.subarray(cut)];
      return pieces.flatMap((piece) => [...splitter.push(piece)]).length;
    };
    for (const cut of [0, 1, 100, most - 1]) {
      for (const end of ['', '\n']) {
        expect(take(make(most), end, cut)).toBe(end.length);
        expect(() => take(make(most + 1), end, cut)).toThrow(WireError);
      }
    }
  });

  test('gives up within the limit: 48 MiB without a line end are never kept', () => {
    for (const first of ['x', '@', '@tag ']) {
      const splitter = new LineSplitter(DEFAULT_LIMITS);
      const push = (chunk: Uint8Array): void => void [...splitter.push(chunk)];
      push(new TextEncoder().encode(first));
      let taken = 0;
      const feed = (): void => {
        for (; taken < 48 * 1024 * 1024; taken += 1024) push(new Uint8Array(1024).fill(120));
      };
      expect(feed).toThrow(WireError);
      expect(taken).toBeLessThanOrEqual(DEFAULT_LIMITS.tagBytes + DEFAULT_LIMITS.bodyBytes);
    }
  });
});

test('batches in batches lose nothing', () => {
  const assembler = new BatchAssembler();
  const take = (text: string): IrcLine | Batch | null => {
    const line = parseLine(text);
    return line === null ? null : assembler.take(line);
  };
  const waits = [
    ':s BATCH +1 chathistory #c',
    '@batch=1 :s BATCH +2 draft/multiline #c',
    '@batch=2 :a!b@c PRIVMSG #c :one',
    '@batch=2 :a!b@c PRIVMSG #c :two',
    '@batch=1 :s BATCH -2',
    '@batch=1 :a!b@c PRIVMSG #c :three',
  ];
  for (const line of waits) expect(take(line)).toBeNull();
  const batch = take(':s BATCH -1');
  if (batch === null || !isBatch(batch)) throw new Error('the batch is not whole');
  expect(linesOf(batch).map(({ params }) => params.at(-1))).toEqual(['one', 'two', 'three']);
});
