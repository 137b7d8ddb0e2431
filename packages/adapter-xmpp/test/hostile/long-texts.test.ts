import { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { readContent, readQuote } from '../../src/mapping/content.ts';
import { readFile } from '../../src/mapping/file.ts';
import { readStyling } from '../../src/mapping/styling.ts';
import { parseStamp } from '../../src/mapping/time.ts';
import { bareAddress } from '../../src/wire/address.ts';
import { NS } from '../../src/wire/namespaces.ts';
import { parseServer } from '../../src/wire/node/resolver.ts';

/** Characters of one text: what grows with their square takes minutes, and what grows with their number is done at once. */
const LENGTH = 300_000;

const units = [
  'a',
  ' ',
  '\n',
  '*',
  '*a ',
  '* a*',
  '_a*~`',
  '`',
  '```\n',
  '>',
  '> ',
  '>\n',
  '> a\n\n',
  '/?',
  '/#\n',
  'https://a/',
  '.',
  ':1',
  '@/',
  'a@b/',
  '2026-',
  '0',
  'e\u0301',
  '😀',
];

function message(body: string): Element {
  const element = new Element('message', { xmlns: NS.client, type: 'chat' });
  element.c('body').t(body);
  return element;
}

/** As it comes from somebody who writes for old clients that it answers something, or that it is a file. */
function withPayloads(body: string): Element {
  const element = message(body);
  element.c('reply', { xmlns: NS.replies, id: '1' });
  element.c('fallback', { xmlns: NS.fallback, for: NS.replies }).c('body', { start: '0', end: '1000' });
  element.c('x', { xmlns: NS.oob }).c('url').t(`https://a/${body}`);
  return element;
}

/** Everything that reads a text of others. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'reading styling': readStyling,
  'reading styling that is short enough to be styled': (text) => readStyling(text.slice(0, 20_000)),
  'reading a message': (text) => readContent(message(text)),
  'reading an answer': (text) => readContent(withPayloads(text)),
  'reading what was quoted': (text) => readQuote(withPayloads(text)),
  'reading the address of a file': (text) => readFile(withPayloads(text), `https://a/${text}`),
  'reading a short address of a file': (text) =>
    readFile(withPayloads(text.slice(0, 4000)), `https://a/${text.slice(0, 4000)}`),
  'reading a stamp': (text) => parseStamp(text),
  'reading an address': (text) => bareAddress(text),
  'reading the address of a server': (text) => {
    try {
      parseServer(text);
    } catch {
      // It is none.
    }
  },
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
