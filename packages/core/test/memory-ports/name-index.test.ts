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

/** An index and the rows that it leads to. */
function makeIndex(): { index: NameIndex; add(name: string, row: Row): boolean; remove(name: string): void } {
  const places: (Row | undefined)[] = [undefined];
  const index = new NameIndex(places, ({ message }) => message.stable);
  return {
    index,
    add: (name, row) => index.add(name, places.push(row) - 1),
    remove: (name) => void (places[index.placeOf(name)] = undefined),
  };
}

test('finds and forgets as a Map does', () => {
  const step = fc.record({ add: fc.boolean(), name: fc.nat({ max: 60 }).map(String) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const { index, add: addRow, remove } = makeIndex();
      const model = new Map<string, Row>();
      for (const { add, name } of steps) {
        if (add) {
          const row = rowOf(name);
          expect(addRow(name, row)).toBe(!model.has(name));
          if (!model.has(name)) model.set(name, row);
        } else {
          remove(name);
          model.delete(name);
        }
      }
      for (let name = 0; name <= 60; name += 1) expect(index.get(String(name))).toBe(model.get(String(name)));
    }),
  );
});

test('finds each of many names, and none that is not there', () => {
  const { index, add } = makeIndex();
  const rows = Array.from({ length: 20_000 }, (_, n) => rowOf(`name ${n}`));
  for (const row of rows) add(row.message.stable ?? '', row);
  for (const row of rows) expect(index.get(row.message.stable ?? '')).toBe(row);
  for (let n = 20_000; n < 40_000; n += 1) expect(index.get(`name ${n}`)).toBeUndefined();
});
