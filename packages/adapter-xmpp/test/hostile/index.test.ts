import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const list = readFileSync(join(ROOT, 'docs', 'xmpp-security.md'), 'utf8');

/** `file.test.ts`: "part of a title", as the document names the tests of a class. */
const named = [...list.matchAll(/`([\w./-]+\.test\.ts)`: “([^”]+)”/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

test('the list of known attacks names tests', () => {
  expect(named.length).toBeGreaterThan(30);
});

test.each(named)('%s has “%s”', (file, title) => {
  expect(readFileSync(join(ROOT, file), 'utf8').replaceAll(/\s+/g, ' ')).toContain(title);
});
