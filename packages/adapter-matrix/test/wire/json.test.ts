import { own } from '@natter/wire';
import { describe, expect, test } from 'vitest';
import { WireError } from '../../src/wire/error.ts';
import type { HttpAnswer } from '../../src/wire/http.ts';
import { get, getList, getMap, getNumber, getText, parseJson, readBody } from '../../src/wire/json.ts';

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

function codeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return error instanceof WireError ? error.code : String(error);
  }
}

describe('JSON of a homeserver', () => {
  test('is read as deep as allowed and not one level more', () => {
    expect(codeOf(() => parseJson(nested(20), 20))).toBe('read');
    expect(codeOf(() => parseJson(nested(21), 20))).toBe('limit');
  });

  test('a hundred thousand levels are refused without a stack', () => {
    expect(codeOf(() => parseJson('{"a":'.repeat(100_000), 20))).toBe('limit');
    expect(codeOf(() => parseJson('{"a":' + '['.repeat(1_000_000), 2000))).toBe('limit');
  });

  test('brackets in texts are no levels', () => {
    const text = String.raw`{"a":"\"[[[[\\","b":"{{{{","c\\":["]"]}`;
    expect(parseJson(text, 2)).toEqual(JSON.parse(text));
  });

  test.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a page', '<html>'],
    ['nothing', ''],
    ['half of an object', '{"a":"'],
  ])('%s is none', (_, text) => {
    expect(codeOf(() => parseJson(text, 20))).toBe('protocol');
  });

  test('has what it says, and nothing that objects inherit', () => {
    const map = parseJson('{"__proto__":{"admin":true},"n":5,"t":"x","l":[1],"m":{}}', 20);
    expect([getMap(map, '__proto__'), get(map, 'admin'), get(map, 'toString')]).toEqual([
      { admin: true },
      undefined,
      undefined,
    ]);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
    expect([getNumber(map, 'n'), getNumber(map, 't'), getNumber({ n: Infinity }, 'n')]).toEqual([
      5,
      undefined,
      undefined,
    ]);
    expect([getText(map, 't'), getText(map, 'n')]).toEqual(['x', undefined]);
    expect([getList(map, 'l'), getList(map, 'm'), getMap(map, 'l')]).toEqual([[1], [], undefined]);
  });

  test('names no entry of a table of ours that is none', () => {
    const table: Readonly<Record<string, string>> = { b: 'bold' };
    expect(['b', 'constructor', '__proto__', 'toString'].map((name) => own(table, name))).toEqual([
      'bold',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a body without end is given up at its limit', async () => {
    let sent = 0;
    let discarded = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1000;
        yield new Uint8Array(1000).fill(0x20);
      }
    };
    const answer: HttpAnswer = {
      status: 200,
      headers: {},
      body: endless(),
      discard: () => {
        discarded = true;
      },
    };
    await expect(readBody(answer, 10_000)).rejects.toMatchObject({ code: 'limit' });
    expect([sent, discarded]).toEqual([11_000, true]);
  });
});
