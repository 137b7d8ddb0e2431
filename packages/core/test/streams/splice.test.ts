import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySplices, diffRows as diffOf } from '../../src/streams/index.ts';

describe('splices', () => {
  it('lead from any list of distinct rows to any other', () => {
    const list = fc.uniqueArray(fc.nat(15), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        expect(applySplices(before, diffOf(before, after))).toEqual(after);
      }),
      { numRuns: 1000 },
    );
  });

  it('of one moved row carry one row', () => {
    const before = [0, 1, 2, 3, 4, 5, 6, 7];
    for (const after of [
      [0, 7, 1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6, 0, 7],
    ]) {
      const splices = diffOf(before, after);
      expect(splices.flatMap(({ rows }) => rows)).toHaveLength(1);
      expect(splices.reduce((sum, { drop }) => sum + drop, 0)).toBe(1);
    }
  });

  it('may bring more rows than arguments fit on a stack', () => {
    const rows = Array.from({ length: 500_000 }, (_, index) => index);
    const all = applySplices([-1, -2], [{ at: 1, drop: 0, rows }]);
    expect([all.length, all[0], all[1], all.at(-2), all.at(-1)]).toEqual([500_002, -1, 0, 499_999, -2]);
  });

  it('that do not fit are refused', () => {
    expect(() => applySplices([1, 2], [{ at: 1, drop: 2, rows: [] }])).toThrow(RangeError);
    expect(() => applySplices([1, 2], [{ at: -1, drop: 0, rows: [3] }])).toThrow(RangeError);
  });
});
