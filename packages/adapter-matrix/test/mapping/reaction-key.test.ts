import { expect, test } from 'vitest';
import { qualified } from '../../src/mapping/reaction-key.ts';

test.each([
  ['a heart without its selector', '\u2764', '\u2764\uFE0F'],
  ['a heart with it', '\u2764\uFE0F', '\u2764\uFE0F'],
  ['a thumb, which needs none and has one', '\u{1F44D}\uFE0F', '\u{1F44D}'],
  ['a thumb with a color of skin', '\u{1F44D}\u{1F3FD}', '\u{1F44D}\u{1F3FD}'],
  ['a hand that needs one, with a color of skin', '\u270C\u{1F3FD}', '\u270C\u{1F3FD}'],
  ['a key', '1\u20E3', '1\uFE0F\u20E3'],
  ['a flag of several', '\u{1F3F3}\u200D\u{1F308}', '\u{1F3F3}\uFE0F\u200D\u{1F308}'],
  ['a family', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
  ['a flag of letters', '\u{1F1E9}\u{1F1EA}', '\u{1F1E9}\u{1F1EA}'],
  ['a word', 'nice', 'nice'],
  ['a number, which is no emoji', '1', '1'],
  ['a picture of the server', 'mxc://s.test/a', 'mxc://s.test/a'],
  ['a word with a mark', 'ok\u2122', 'ok\u2122'],
  ['several', '\u2764\u2764', '\u2764\u2764'],
])('%s is written in one way', (_, key, wanted) => {
  expect(qualified(key)).toBe(wanted);
});
