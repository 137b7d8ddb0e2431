import { expect, test } from 'vitest';
import type { FormatNode } from '@natter/core/model';
import { readContent } from '../../src/mapping/content.ts';
import { readStyling } from '../../src/mapping/styling.ts';
import { stanza } from '../support/xml.ts';

const bold = (...children: FormatNode[]): FormatNode => ({ type: 'bold', children });
const italic = (...children: FormatNode[]): FormatNode => ({ type: 'italic', children });

test.each<[string, readonly FormatNode[] | null]>([
  ['plain', null],
  ['*bold*', [bold('bold')]],
  [
    'a *bold* _and_ ~b~ `*c*`',
    [
      'a ',
      bold('bold'),
      ' ',
      italic('and'),
      ' ',
      { type: 'strike', children: ['b'] },
      ' ',
      { type: 'code', children: ['*c*'] },
    ],
  ],
  ['*_both_*', [bold(italic('both'))]],
  ['2*3*4', null],
  ['* a list', null],
  ['*not closed', null],
  ['**', null],
  ['*a *', null],
  ['*a\nb*', null],
  ['*two* words*', [bold('two'), ' words*']],
  ['> said\n> *so*\nno', [{ type: 'quote', children: ['said', { type: 'break' }, bold('so')] }, 'no']],
  ['> > twice', [{ type: 'quote', children: [{ type: 'quote', children: ['twice'] }] }]],
  ['```js\n*x*\n```\nend', [{ type: 'code-block', text: '*x*', language: 'js' }, 'end']],
  ['```\nopen', [{ type: 'code-block', text: 'open' }]],
])('%j (XEP-0393)', (text, nodes) => {
  expect(readStyling(text)).toEqual(nodes);
});

test('nothing is taken away from the text, and a sender who means no styling gets none', () => {
  const content = (more: string): unknown =>
    readContent(stanza(`<message type='chat'><body>*hi*</body>${more}</message>`));
  expect(content('')).toEqual({ kind: 'text', text: '*hi*', formatted: [bold('hi')] });
  expect(content(`<unstyled xmlns='urn:xmpp:styling:0'/>`)).toEqual({ kind: 'text', text: '*hi*' });
});

test.each(['*a ', '*_~', '> ', '```\n', '`a* ', '*a* '])(
  'as many of %j as there may be are read',
  (piece) => {
    expect(() => readStyling(piece.repeat(20_000 / piece.length))).not.toThrow();
    expect(readStyling(piece.repeat(20_000))).toBeNull();
  },
);
