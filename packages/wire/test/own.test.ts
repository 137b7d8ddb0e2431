import { expect, it } from 'vitest';
import { own } from '../src/own.ts';

it('gives what stands in a table, and nothing that objects inherit', () => {
  const table: Readonly<Record<string, string>> = { away: 'gone' };
  expect(['away', 'constructor', '__proto__', 'toString', ''].map((name) => own(table, name))).toEqual([
    'gone',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
