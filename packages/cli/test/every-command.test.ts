import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandTable } from '../src/command-line/table/index.ts';

const folder = new URL('.', import.meta.url);
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

/** Whether a test hands these words to the real command: `home.lines('room', 'kick', ...)`, `home.run(['room', 'kick'])`. */
function isRun(words: readonly string[]): boolean {
  const literals = words.map((word) => `'${word}'`).join(',\\s*');
  return new RegExp(`\\.(?:run|lines|start)\\(\\s*\\[?\\s*${literals}\\s*[,)\\]]`).test(tests);
}

it('every command of the table is run by a test through the real command', async () => {
  const table = await commandTable();
  expect(table.filter(({ words }) => !isRun(words)).map(({ words }) => words.join(' '))).toEqual([]);
});
