import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'adr');
const records = readdirSync(FOLDER).filter((name) => /^\d{4}-/.test(name));
const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');

function titleOf(file: string): string {
  const [, title] = /^# \d{4}:? (.+)$/m.exec(readFileSync(join(FOLDER, file), 'utf8')) ?? [];
  return title ?? `${file} has no title`;
}

describe('the decision records', () => {
  test('stand in the index by number, with their titles', () => {
    const listed = index.split('\n').filter((line) => line.startsWith('- ['));
    expect(listed).toEqual(
      records.toSorted().map((file) => `- [${file.slice(0, 4)}](${file}) ${titleOf(file)}`),
    );
  });

  test('have a number each', () => {
    const numbers = records.map((file) => file.slice(0, 4));
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  });

  test.each(records)('%s says status, context, decision and consequences', (file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    for (const part of ['Status', 'Context', 'Decision', 'Consequences'])
      expect(text, part).toMatch(new RegExp(`^(## |\\*\\*)${part}\\b|^${part}:`, 'm'));
  });
});
