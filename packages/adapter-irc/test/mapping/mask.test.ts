import { expect, test } from 'vitest';
import { matchesMask } from '../../src/mapping/mask.ts';

const who = 'me!user@host.example';

test.each([
  ['*', true],
  ['me!user@host.example', true],
  ['*!*@*.example', true],
  ['m?!*@host*', true],
  ['*!user@*', true],
  ['**!**@**', true],
  ['', false],
  ['me', false],
  ['me?!*@*', false],
  ['*!*@*.examp', false],
  ['*!*@host.example?', false],
])('%s', (mask, matches) => {
  expect(matchesMask(mask, who)).toBe(matches);
});

test('no mask takes long', () => {
  const began = performance.now();
  expect(matchesMask(`${'*a'.repeat(200)}b`, 'a'.repeat(400))).toBe(false);
  expect(performance.now() - began).toBeLessThan(100);
});
