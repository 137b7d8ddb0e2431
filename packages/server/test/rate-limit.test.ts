import { describe, expect, it } from 'vitest';
import { RateLimit } from '../src/accounts/rate-limit.ts';

describe('a rate limit', () => {
  it('allows a burst, then one an interval, each key apart', () => {
    let now = 0;
    const limit = new RateLimit({ burst: 2, interval: 100 }, () => now);
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 100]);
    expect(limit.take('b')).toBe(0);
    now = 40;
    expect(limit.take('a')).toBe(60);
    now = 100;
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 100]);
    limit.refund('a');
    expect(limit.take('a')).toBe(0);
  });

  it('never has more than the burst, even if the clock is set back', () => {
    let now = 1_000_000;
    const limit = new RateLimit({ burst: 2, interval: 100 }, () => now);
    limit.take('a');
    now = 0;
    expect(limit.take('a')).toBe(0);
    now = 10_000_000;
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 100]);
  });
});
