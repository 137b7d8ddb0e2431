import { expect, test } from 'vitest';
import { Element } from '@xmpp/xml';
import { readStanzaLimit } from '../../src/mapping/stream-limits.ts';

test.each([
  ['262144', 262_144],
  [' 10000\n', 10_000],
  ['', null],
  ['-1', null],
  ['1e9', null],
  ['9'.repeat(400), null],
])('a server that says it takes stanzas of "%s" bytes is understood', (told, expected) => {
  const features = new Element('features');
  features.c('limits', { xmlns: 'urn:xmpp:stream-limits:0' }).c('max-bytes').t(told);
  expect(readStanzaLimit(features)).toBe(expected);
});

test('a server that says nothing of it has no limit that we know', () => {
  expect(readStanzaLimit(null)).toBeNull();
  expect(readStanzaLimit(new Element('features'))).toBeNull();
});
