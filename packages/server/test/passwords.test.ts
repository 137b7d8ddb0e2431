import { describe, expect, it } from 'vitest';
import { Passwords } from '../src/accounts/passwords.ts';

const cost = { memory: 1024, passes: 1 };
/** Takes some milliseconds, so that many are under way together. */
const slowCost = { memory: 19_456, passes: 2 };

describe('passwords', () => {
  it('are the same in every spelling of their letters, and are what was hashed', async () => {
    const passwords = new Passwords(cost);
    const stored = await passwords.hash('p\u00e4sswort');
    expect(await passwords.verify(stored, 'pa\u0308sswort')).toBe(true);
    expect(await passwords.verify(stored, 'passwort')).toBe(false);
    await expect(passwords.hash('short')).rejects.toMatchObject({ error: { code: 'password-weak' } });
  });

  it('of no account are none, not even the one that its work is done with', async () => {
    const passwords = new Passwords(cost);
    for (const guess of ['', 'guess', 'no account has this password'])
      expect(await passwords.verify(null, guess)).toBe(false);
  });

  it('are hashed by few at a time, and too many at once are refused and not piled up', async () => {
    const passwords = new Passwords(slowCost);
    const stored = await passwords.hash('correct horse');
    let left = 0;
    const started = performance.now();
    const first = passwords.verify(stored, 'guess').then(() => performance.now() - started);
    const attempts = Array.from({ length: 300 }, () =>
      passwords.verify(stored, 'guess').then(
        () => (left += 1),
        (error: { error?: { code?: string } }) => error.error?.code,
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'too-fast').length).toBeGreaterThanOrEqual(190);
    expect(left).toBeGreaterThanOrEqual(100);
    // The first is not held up by the others.
    expect(await first).toBeLessThan((performance.now() - started) / 4);
    // And there is room again.
    expect(await passwords.verify(stored, 'correct horse')).toBe(true);
  });
});
