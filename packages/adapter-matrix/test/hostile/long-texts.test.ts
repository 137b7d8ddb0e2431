import { describe, expect, test } from 'vitest';
import { readMessage, splitReply } from '../../src/mapping/content.ts';
import { readFallback } from '../../src/mapping/fallback.ts';
import { readHtml } from '../../src/mapping/html/read.ts';
import { writeHtml } from '../../src/mapping/html/write.ts';
import { isUserId, readAddress, readRoomAddress } from '../../src/mapping/keys.ts';
import { readMediaAddress } from '../../src/mapping/media.ts';

/** Characters of one text: what grows with their square takes minutes, and what grows with their number is done at once. */
const LENGTH = 300_000;

const units = [
  'a',
  ' ',
  '\n',
  '<',
  '<b>',
  '</b>',
  '<b></b>',
  '<mx-reply>',
  '<a href="',
  '<a href="https://matrix.to/#/',
  '<pre><code class="language-',
  '<span data-mx-color="#fff000">',
  '<!--',
  '&amp',
  '&#x',
  '> ',
  '> <',
  '> <@a:b> x\n',
  '\n\n',
  '?via=',
  '/',
  ':',
  '%',
  '😀',
];

/** Everything that reads a text of others. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'reading the HTML that an event has room for': (text) => readHtml(text.slice(0, 65_536)),
  'reading HTML and writing it again': (text) => writeHtml(readHtml(text.slice(0, 65_536))),
  'reading a message': (text) =>
    readMessage(
      { msgtype: 'm.text', body: text, format: 'org.matrix.custom.html', formatted_body: text },
      true,
    ),
  'taking a quoted fallback off': splitReply,
  'reading what an unknown event says': (text) => readFallback('m.unknown', { body: text }),
  'reading an address': readAddress,
  'reading an address in a link': (text) => readAddress(`https://matrix.to/#/${text}`),
  'reading the address of a room': readRoomAddress,
  'reading the address of a room in a link': (text) => readRoomAddress(`https://matrix.to/#/!${text}`),
  'reading the address of a file': (text) => readMediaAddress(`mxc://${text}`),
  'reading an id': (text) => isUserId(`@${text}`),
};

describe('class 17: no text takes longer than its length', () => {
  for (const [name, read] of Object.entries(readers)) {
    test(name, () => {
      for (const unit of units) {
        const text = unit.repeat(Math.ceil(LENGTH / unit.length));
        expect(() => read(text)).not.toThrow();
        expect(() => read(`${text}\n`)).not.toThrow();
      }
    });
  }
});

test('HTML that is longer than any event is not looked at, and its text is there', () => {
  const message = (formatted: string): unknown =>
    readMessage(
      { msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: formatted },
      false,
    );
  expect(message('<b>x</b>')).toMatchObject({ text: 'x', formatted: [{ type: 'bold' }] });
  expect(message('<b>'.repeat(2_000_000))).toEqual({ kind: 'text', text: 'x' });
});
