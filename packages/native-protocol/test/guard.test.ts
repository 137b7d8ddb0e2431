import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximumDepth } from '../src/limits.ts';
import { parseGuarded } from '../src/codec/guard.ts';

const bytes = 4096;

function codeOf(text: string, limit = bytes): string {
  const guarded = parseGuarded(text, limit);
  return guarded.ok ? 'ok' : guarded.error.code;
}

describe('the guard below the parser', () => {
  it.each([
    ['an object', '{"a":{"b":[1,"x",null]}}'],
    ['colons, brackets and quotes inside strings', String.raw`{"a":"\"{[:\\","b":"\\\"::"}`],
    ['a surrogate pair, escaped and plain', String.raw`{"a":"\ud83d\ude00 😀"}`],
    ['a key that needs an escape', String.raw`{"\"k\"":1,"\u006b":2}`],
  ])('takes %s', (_name, text) => {
    expect(parseGuarded(text, bytes)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });

  it.each([
    ['not JSON', '{"a":', 'malformed'],
    ['nothing', '', 'malformed'],
    ['an array', '[1]', 'malformed'],
    ['null', 'null', 'malformed'],
    ['a string', '"x"', 'malformed'],
    ['a duplicate key', '{"type":"send","type":"ping"}', 'malformed'],
    ['a duplicate key spelt differently', String.raw`{"type":1,"typ\u0065":2}`, 'malformed'],
    ['a duplicate key far inside', '{"a":[{"b":{"c":1,"c":1}}]}', 'malformed'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'malformed'],
    ['__proto__ spelt with an escape', String.raw`{"a":{"\u005f_proto__":1}}`, 'malformed'],
    ['constructor', '{"a":{"constructor":{"prototype":{}}}}', 'malformed'],
    ['a lone high surrogate', String.raw`{"a":"\ud83d"}`, 'malformed'],
    ['a lone low surrogate in an array', String.raw`{"a":["\ude00"]}`, 'malformed'],
    ['a lone surrogate in a key', String.raw`{"\ud83d":1}`, 'malformed'],
    ['an unclosed string', '{"a":"', 'malformed'],
  ])('refuses %s', (_name, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('counts bytes and not characters', () => {
    const text = JSON.stringify({ a: '€'.repeat(100) });
    const size = new TextEncoder().encode(text).length;
    expect(codeOf(text, size)).toBe('ok');
    expect(codeOf(text, size - 1)).toBe('too-large');
  });

  it('allows the depth it promises and not one level more', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(codeOf(nested(maximumDepth))).toBe('ok');
    expect(codeOf(nested(maximumDepth + 1))).toBe('too-deep');
  });

  it('refuses a hundred thousand levels without a stack', () => {
    expect(codeOf('{"a":'.repeat(100_000), 10_000_000)).toBe('too-deep');
    expect(codeOf('['.repeat(1_000_000), 10_000_000)).toBe('too-deep');
  });

  it('leaves no mark on Object.prototype', () => {
    parseGuarded('{"__proto__":{"polluted":true}}', bytes);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('agrees with JSON.parse on every object without forbidden keys', () => {
    const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
    const key = fc.string({ unit: 'binary' }).filter((text) => !forbidden.has(text));
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' })), (value) => {
        const text = JSON.stringify(value);
        // Also deeper down, where only the generator of values makes keys.
        fc.pre(!/"(?:__proto__|constructor|prototype)":/u.test(text));
        expect(parseGuarded(text, 1_000_000)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      'a',
      '\\u',
      '0',
      '1e999',
      'null',
      '\ud800',
      '__proto__',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        parseGuarded(pieces.join(''), bytes);
      }),
      { numRuns: 5000 },
    );
  });
});
