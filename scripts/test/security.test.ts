import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** Each list, and where its paths begin. */
const lists = [
  { list: 'security.md', below: 'packages' },
  { list: 'xmpp-security.md', below: '.' },
];

describe.each(lists)('the guards in docs/$list', ({ list, below }) => {
  const text = readFileSync(join(ROOT, 'docs', list), 'utf8');
  /** `file.test.ts`: "part of a title", as the document names the tests of a class. */
  const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`: “([^”]+)”/g)].map(
    ([, file = '', title = '']) => [file, title] as const,
  );
  const guards = [...text.matchAll(/`([\w./-]+\/src\/[\w./-]+\.ts)`/g)].map(([, file = '']) => file);

  test('have tests', () => {
    expect(named.length).toBeGreaterThan(30);
  });

  test.each(named)('%s has “%s”', (file, title) => {
    expect(readFileSync(join(ROOT, below, file), 'utf8').replaceAll(/\s+/g, ' ')).toContain(title);
  });

  test('are there', () => {
    expect(guards.filter((file) => !existsSync(join(ROOT, below, file)))).toEqual([]);
  });
});
