import { expect, it } from 'vitest';
import type { Content, FormatNode, JsonObject } from '@natter/core';
import { safeContent } from '../../src/hub/ingest/safe-content.ts';

function tree(depth: number): FormatNode {
  let node: FormatNode = 'x';
  for (let at = 0; at < depth; at += 1) node = { type: 'bold', children: [node] };
  return node;
}

function data(depth: number): JsonObject {
  let value: JsonObject = { last: null };
  for (let at = 0; at < depth; at += 1) value = { a: value };
  return value;
}

it('leaves content as it is that can be written', () => {
  const contents: readonly Content[] = [
    { kind: 'text', text: 'plain' },
    { kind: 'text', text: 'bold', formatted: [tree(10), 'x', { type: 'break' }] },
    { kind: 'unsupported', text: 'poll', data: data(50) },
  ];
  for (const content of contents) expect(safeContent(content)).toBe(content);
});

it('leaves out what no stack can write, and keeps the text', () => {
  expect(safeContent({ kind: 'emote', text: 'deep', formatted: [tree(50_000)] })).toEqual({
    kind: 'emote',
    text: 'deep',
  });
  expect(safeContent({ kind: 'unsupported', text: 'poll', data: data(50_000) })).toEqual({
    kind: 'unsupported',
    text: 'poll',
    data: {},
  });
});
