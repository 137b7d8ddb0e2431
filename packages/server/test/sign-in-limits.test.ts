import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SignInLimits } from '../src/accounts/sign-in-limits.ts';

const never = { burst: 1000, interval: 60_000 };
const refused = { error: { code: 'too-fast' } };

const standingStill = (): number => 0;

/** Whether an attempt is let through at once, or has to wait. */
function waits(attempt: Promise<void>): Promise<boolean> {
  return Promise.race([attempt.then(() => false), sleep(500, true)]);
}

describe('an account that is guessed at from many places', () => {
  it('lets strangers wait, and not who has signed in to it from where they are', async () => {
    const rates = {
      address: never,
      pair: never,
      account: { burst: 2, interval: 60_000 },
      registration: never,
      visit: never,
    };
    const limits = new SignInLimits(rates, standingStill);
    expect(await waits(limits.attempt('10.0.0.1', 'alice'))).toBe(false);
    limits.succeeded('10.0.0.1', 'alice');
    for (const address of ['10.0.0.2', '10.0.0.3'])
      expect(await waits(limits.attempt(address, 'alice'))).toBe(false);
    expect(await waits(limits.attempt('10.0.0.4', 'alice'))).toBe(true);
    expect(await waits(limits.attempt('10.0.0.1', 'alice'))).toBe(false);
    expect(await waits(limits.attempt('10.0.0.4', 'bob'))).toBe(false);
    // Who was known gives nothing back that was never taken.
    for (let time = 0; time < 5; time += 1) limits.succeeded('10.0.0.1', 'alice');
    expect(await waits(limits.attempt('10.0.0.5', 'alice'))).toBe(true);
  });
});

describe('a place that guesses', () => {
  const pairs = {
    address: { burst: 4, interval: 60_000 },
    pair: { burst: 2, interval: 60_000 },
    account: never,
    registration: never,
    visit: never,
  };

  it('is refused at one account first, which does not count against its others', async () => {
    const limits = new SignInLimits(pairs, standingStill);
    for (let guess = 0; guess < 2; guess += 1) await limits.attempt('10.0.0.1', 'alice');
    for (let guess = 0; guess < 10; guess += 1)
      await expect(limits.attempt('10.0.0.1', 'alice')).rejects.toMatchObject(refused);
    for (let guess = 0; guess < 2; guess += 1) await limits.attempt('10.0.0.1', 'bob');
    await expect(limits.attempt('10.0.0.1', 'carol')).rejects.toMatchObject(refused);
    await limits.attempt('10.0.0.2', 'carol');
  });

  it('is refused with bad tokens and registrations as well', () => {
    const limits = new SignInLimits({ ...pairs, registration: { burst: 1, interval: 60_000 } }, () =>
      Date.now(),
    );
    for (let time = 0; time < 4; time += 1) limits.badToken('10.0.0.1');
    expect(() => limits.badToken('10.0.0.1')).toThrow('Too many attempts');
    limits.register('10.0.0.1');
    expect(() => limits.register('10.0.0.1')).toThrow('Too many attempts');
    limits.register('10.0.0.2');
  });
});
