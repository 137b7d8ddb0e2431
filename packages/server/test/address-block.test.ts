import { describe, expect, it } from 'vitest';
import { SignInLimits, defaultSignInRates } from '../src/accounts/sign-in-limits.ts';
import { addressBlock } from '../src/listener/address-block.ts';

describe('a place in the network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::5', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });

  it('is not left by taking another address of the same network', async () => {
    const limits = new SignInLimits({ ...defaultSignInRates, pair: { burst: 3, interval: 60_000 } }, () => 0);
    const guess = (last: number): Promise<void> =>
      limits.attempt(`2001:db8:1:2::${last.toString(16)}`, 'alice');
    for (let last = 1; last <= 3; last += 1) await guess(last);
    await expect(guess(4)).rejects.toMatchObject({ error: { code: 'too-fast' } });
    await limits.attempt('2001:db8:1:3::1', 'alice');
  });
});
