import { describe, expect, test } from 'vitest';
import { contentOf } from '../../src/mapping/ctcp.ts';
import { fileContent } from '../../src/mapping/file-link.ts';
import { readFormatting, withoutCodes } from '../../src/mapping/format-codes.ts';
import { mentions } from '../../src/mapping/message.ts';
import { multilineOf } from '../../src/mapping/multiline.ts';
import { splitText } from '../../src/mapping/split-text.ts';
import { parseLine } from '../../src/wire/line.ts';

/** Characters of one text: what grows with their square takes minutes, and what grows with their number is done at once. */
const LENGTH = 300_000;

const units = [
  'a',
  ' ',
  '\x03',
  '\x031,1',
  '\x04ffffff,',
  '\x02\x1d',
  '\x01',
  '\x01A ',
  'me',
  'mem',
  ';a=\\',
  '@a=b;',
  ':',
  'https://a.b/',
  '\n',
  'a.b c.d ',
  'e\u0301',
  '\ud83d',
];

/** Everything that reads or writes a text of others. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'reading formatting': readFormatting,
  'dropping control characters': withoutCodes,
  'looking for a mention': (text) => mentions(text, 'me'),
  'looking for a long mention': (text) => mentions(text, 'memememe'),
  'reading a CTCP': (text) => contentOf('PRIVMSG', `\x01${text}`),
  'reading a message': (text) => contentOf('PRIVMSG', text, 'https://a.b/'),
  'reading a file link': (text) => fileContent(`https://a.b/${text}`, 'https://a.b/'),
  'splitting a text': (text) => splitText(text.slice(0, LENGTH / 10), 400),
  'making a message of several lines': (text) =>
    multilineOf(text.slice(0, LENGTH / 10), 400, { bytes: 1e9, lines: 1e9 }),
  'parsing a line': parseLine,
  'parsing tags': (text) => parseLine(`@${text} :a PRIVMSG b :c`),
  'parsing parameters': (text) => parseLine(`:a PRIVMSG ${text}`),
};

describe('class 17: no text takes longer than its length', () => {
  for (const [name, read] of Object.entries(readers)) {
    test(name, () => {
      for (const unit of units) {
        const text = unit.repeat(Math.ceil(LENGTH / unit.length));
        expect(() => read(text)).not.toThrow();
      }
    });
  }
});
