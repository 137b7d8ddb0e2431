import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../../src/memory-ports/conversation-rows.ts';
import { NameIndex } from '../../src/memory-ports/name-index.ts';
import { sample } from '@natter/testing/store';
import { remoteKey } from '../../src/index.ts';

function rowOf(name: string): Row {
  const message = sample.message(`m${name}`, 'c', '1');
  return { message: { ...message, stable: remoteKey(name) }, sequence: 1 };
}

const makeIndex = (): NameIndex => new NameIndex(({ message }) => message.stable);

test('finds and forgets as a Map does', () => {
  const step = fc.record({ add: fc.boolean(), name: fc.nat({ max: 60 }).map(String) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const index = makeIndex();
      const model = new Map<string, Row>();
      for (const { add, name } of steps) {
        if (add) {
          const row = rowOf(name);
          expect(index.add(name, row)).toBe(!model.has(name));
          if (!model.has(name)) model.set(name, row);
        } else {
          index.delete(name);
          model.delete(name);
        }
      }
      for (let name = 0; name <= 60; name += 1) expect(index.get(String(name))).toBe(model.get(String(name)));
    }),
  );
});

test('finds each of many names, and none that is not there', () => {
  const index = makeIndex();
  const rows = Array.from({ length: 20_000 }, (_, n) => rowOf(`name ${n}`));
  for (const row of rows) index.add(row.message.stable ?? '', row);
  for (const row of rows) expect(index.get(row.message.stable ?? '')).toBe(row);
  for (let n = 20_000; n < 40_000; n += 1) expect(index.get(`name ${n}`)).toBeUndefined();
});
