import { expect, it } from 'vitest';
import { isoTime, localTime } from '../src/output/time.ts';

it('says what is no date, and throws on none', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(localTime(1e12)).toMatch(/^2001-09-0\d \d\d:\d\d$/);
  for (const stamp of [NaN, Infinity, -Infinity, 1e15 * 10, -1e16, 2 ** 63]) {
    expect(isoTime(stamp)).toBeNull();
    expect(localTime(stamp)).toBe('????-??-?? ??:??');
  }
});
