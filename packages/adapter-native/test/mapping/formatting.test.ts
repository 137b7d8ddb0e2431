import { remoteKey, type FormatNode } from '@natter/core';
import type { MessageBody } from '@natter/native-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flatten } from '../../src/mapping/flatten.ts';
import { formatTree } from '../../src/mapping/formatting.ts';

const cases: readonly (readonly [string, MessageBody, readonly FormatNode[] | undefined])[] = [
  ['plain text', { text: 'hi' }, undefined],
  [
    'one stretch',
    { text: 'a bold move', formatting: [{ start: 2, length: 4, style: 'bold' }] },
    ['a ', { type: 'bold', children: ['bold'] }, ' move'],
  ],
  [
    'stretches that cross',
    {
      text: 'abcd',
      formatting: [
        { start: 0, length: 3, style: 'bold' },
        { start: 2, length: 2, style: 'italic' },
      ],
    },
    [
      { type: 'bold', children: ['ab', { type: 'italic', children: ['c'] }] },
      { type: 'italic', children: ['d'] },
    ],
  ],
  [
    'a link, a mention and code',
    {
      text: 'see bob: x=1',
      formatting: [
        { start: 0, length: 3, style: 'link', url: 'https://a.example/' },
        { start: 9, length: 3, style: 'code-block', language: 'js' },
      ],
      mentions: [{ address: 'bob@a.example', start: 4, length: 3 }],
    },
    [
      { type: 'link', url: 'https://a.example/', children: ['see'] },
      ' ',
      { type: 'mention', participant: remoteKey('bob@a.example'), text: 'bob' },
      ': ',
      { type: 'code-block', text: 'x=1', language: 'js' },
    ],
  ],
  ['a style of the future', { text: 'ab', formatting: [{ start: 0, length: 1, style: 'blink' }] }, undefined],
];

function textOf(nodes: readonly FormatNode[]): string {
  return nodes
    .map((node) =>
      typeof node === 'string'
        ? node
        : 'text' in node
          ? node.text
          : 'children' in node
            ? textOf(node.children)
            : '\n',
    )
    .join('');
}

function depthOf(nodes: readonly FormatNode[]): number {
  return Math.max(
    0,
    ...nodes.map((node) =>
      typeof node === 'string' || !('children' in node) ? 1 : 1 + depthOf(node.children),
    ),
  );
}

const styles = [
  'bold',
  'italic',
  'underline',
  'strike',
  'spoiler',
  'code',
  'code-block',
  'quote',
  'link',
  'blink',
  'mention',
];
const anyBody = fc.string({ minLength: 1, maxLength: 40 }).chain((text) =>
  fc
    .array(
      fc.record({
        start: fc.nat(text.length - 1),
        length: fc.integer({ min: 1, max: text.length }),
        style: fc.constantFrom(...styles),
        url: fc.constant('https://a.example/'),
      }),
      { maxLength: 300 },
    )
    .map((spans): MessageBody => ({
      text,
      formatting: spans.map((span) => ({
        ...span,
        length: Math.min(span.length, text.length - span.start),
      })),
    })),
);

describe('formatting', () => {
  test.each(cases)('%s', (_name, body, tree) => {
    expect(formatTree(body)).toEqual(tree);
    if (tree !== undefined) expect(formatTree({ ...flatten(tree) })).toEqual(tree);
  });

  test('never loses a character, and is never deep, whatever the stretches', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const tree = formatTree(body) ?? [body.text];
        expect(textOf(tree)).toBe(body.text);
        expect(depthOf(tree)).toBeLessThanOrEqual(11);
        expect(flatten(tree).text).toBe(body.text);
      }),
    );
  });

  test('what the protocol has no style for becomes lines of text', () => {
    const list: FormatNode = {
      type: 'list',
      children: [
        { type: 'item', children: ['one'] },
        { type: 'item', children: ['two'] },
      ],
    };
    const link: FormatNode = { type: 'link', url: 'javascript:alert(1)', children: ['here'] };
    expect(flatten(['both:', list, { type: 'break' }, link])).toMatchObject({
      text: 'both:\n- one\n- two\nhere',
      formatting: [],
    });
  });
});
