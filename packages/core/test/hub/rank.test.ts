import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRank, rankAfter, ranksBetween } from '../../src/hub/rank.ts';

const isAscending = (keys: readonly string[]): boolean =>
  keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);

describe('order keys of the hub', () => {
  it('stay in order wherever rows are put, and are made of [0-9A-Za-z]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }),
        (inserts) => {
          let keys: string[] = [firstRank()];
          for (const [where, count] of inserts) {
            const at = where % (keys.length + 1);
            const added = ranksBetween(keys[at - 1] ?? null, keys[at] ?? null, count);
            expect(added).toHaveLength(count);
            keys = [...keys.slice(0, at), ...added, ...keys.slice(at)];
          }
          expect(isAscending(keys)).toBe(true);
          expect(keys.every((key) => /^[0-9A-Za-z]+$/.test(key))).toBe(true);
        },
      ),
    );
  });

  it('do not grow while rows are appended', () => {
    let key = firstRank();
    for (let index = 0; index < 10_000; index += 1) {
      const next = rankAfter(key);
      expect(next > key).toBe(true);
      key = next;
    }
    expect(key).toHaveLength(firstRank().length);
  });

  it('grow by the logarithm when one place is filled again and again', () => {
    const high = rankAfter(firstRank());
    let low = firstRank();
    for (let index = 0; index < 500; index += 1) low = ranksBetween(low, high, 1)[0] ?? '';
    expect(low < high).toBe(true);
    expect(low.length).toBeLessThan(120);
  });
});
