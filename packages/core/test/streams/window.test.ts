import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applySplices, Frames, LiveMapWriter, openWindow, order } from '../../src/streams/index.ts';

interface Row {
  readonly rank: number;
  readonly key: number;
}

it('that moves over a list that stands still, or changes meanwhile, shows what sorting again shows', () => {
  const change = fc.record({ key: fc.nat(15), rank: fc.option(fc.nat(9)) });
  const span = fc.record({ offset: fc.nat(3), limit: fc.nat(12) });
  const step = fc.oneof(span, fc.array(change, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const frames = new Frames((error) => expect.unreachable(String(error)));
      const map = new LiveMapWriter<number, Row>(frames);
      const byRank = order(
        map,
        (row) => row,
        (a, b) => a.rank - b.rank || a.key - b.key,
      );
      let at = { offset: 0, limit: 1 };
      const window = openWindow(byRank, at);
      let shown: Row[] = [];
      window.change$.subscribe(({ base, splices, rows, total, atEnd, offset }) => {
        shown = applySplices(base === null ? [] : shown, splices);
        expect(shown).toEqual(rows);
        expect(atEnd).toBe(offset + rows.length >= total);
      });
      for (const one of steps) {
        if ('offset' in one) window.move((at = one));
        else
          frames.run(() => {
            for (const { key, rank } of one)
              if (rank === null) map.delete(key);
              else map.set(key, { key, rank });
          });
        const sorted = Array.from(map.entries(), ([, row]) => row).sort(
          (a, b) => a.rank - b.rank || a.key - b.key,
        );
        expect(shown).toEqual(sorted.slice(at.offset, at.offset + at.limit));
        expect(window.current.total).toBe(sorted.length);
      }
    }),
  );
});
