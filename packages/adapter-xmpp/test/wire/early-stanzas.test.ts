import { Element } from '@xmpp/xml';
import { expect, test } from 'vitest';
import { EarlyStanzas } from '../../src/wire/early-stanzas.ts';

test('what comes before anybody looks waits in order, in bounded number and size', () => {
  const early = new EarlyStanzas(1000);
  for (let number = 0; number < 10_000; number += 1) early.put(new Element('message'), number);
  expect(() => early.put(new Element('message'), 10_000)).toThrow('too much comes before');
  const taken: number[] = [];
  early.drain((_, number) => taken.push(number));
  expect([taken.slice(0, 3), taken.length]).toEqual([[0, 1, 2], 10_001]);
  // What was handed over is not handed over again.
  early.drain(() => taken.push(-1));
  expect(taken).not.toContain(-1);
  early.check(1000);
  expect(() => early.check(1001)).toThrow('too much comes before');
});
