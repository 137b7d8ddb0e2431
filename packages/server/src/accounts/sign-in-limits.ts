import { setTimeout as sleep } from 'node:timers/promises';
import { addressBlock } from '../listener/address-block.ts';
import { Refusal } from '../ports/refusal.ts';
import { RateLimit } from './rate-limit.ts';
import type { Rate } from './rate-limit.ts';

/** How often things may go wrong before the server slows somebody down. */
export interface SignInRates {
  /** Failures of one network address, over all accounts. */
  readonly address: Rate;
  /** Failures of one network address at one account. */
  readonly pair: Rate;
  /** Failures at one account from addresses that have never signed in to it: past it, they are slowed down. */
  readonly account: Rate;
  /** Accounts made from one network address. */
  readonly registration: Rate;
  /** Connections of one network address that do not sign in. */
  readonly visit: Rate;
}

export const defaultSignInRates: SignInRates = {
  address: { burst: 30, interval: 3_000 },
  pair: { burst: 8, interval: 10_000 },
  account: { burst: 50, interval: 2_000 },
  registration: { burst: 100, interval: 6_000 },
  visit: { burst: 200, interval: 50 },
};

/** How long an attempt at an account under attack waits. Milliseconds. */
const slowdown = 3_000;
const mostFamiliar = 50_000;

/**
 * Guards sign-in against guessing. Nobody can lock the owner out: what others do wrong from their addresses counts
 * against those; at an account that is under attack from many addresses strangers wait but are not refused, and an
 * address that has signed in before, or a device with its token, does not even wait.
 */
export class SignInLimits {
  readonly #address: RateLimit;
  readonly #pair: RateLimit;
  readonly #account: RateLimit;
  readonly #registration: RateLimit;
  readonly #visit: RateLimit;
  readonly #familiar = new Set<string>();

  constructor(rates: SignInRates, clock: () => number) {
    this.#address = new RateLimit(rates.address, clock);
    this.#pair = new RateLimit(rates.pair, clock);
    this.#account = new RateLimit(rates.account, clock);
    this.#registration = new RateLimit(rates.registration, clock);
    this.#visit = new RateLimit(rates.visit, clock);
  }

  /**
   * Lets an attempt through, counted as a failure until `succeeded` is called.
   * @throws Refusal `too-fast`
   */
  async attempt(remoteAddress: string, user: string): Promise<void> {
    const address = addressBlock(remoteAddress);
    const pair = `${user} ${address}`;
    const wait = this.#address.take(address);
    refuseIf(wait);
    const pairWait = this.#pair.take(pair);
    if (pairWait > 0) this.#address.refund(address);
    refuseIf(pairWait);
    if (!this.#familiar.has(pair) && this.#account.take(user) > 0) await sleep(slowdown);
  }

  succeeded(remoteAddress: string, user: string): void {
    const address = addressBlock(remoteAddress);
    const pair = `${user} ${address}`;
    this.#address.refund(address);
    this.#pair.refund(pair);
    if (!this.#familiar.has(pair)) this.#account.refund(user);
    if (this.#familiar.size >= mostFamiliar) this.#familiar.clear();
    this.#familiar.add(pair);
  }

  /** Counts a bad device token. @throws Refusal `too-fast` when there were too many. */
  badToken(remoteAddress: string): void {
    refuseIf(this.#address.take(addressBlock(remoteAddress)));
  }

  /** Counts a connection until `arrived` is called. Returns the milliseconds until there may be one more; 0: now. */
  visit(remoteAddress: string): number {
    return this.#visit.take(addressBlock(remoteAddress));
  }

  /** Who came has signed in. */
  arrived(remoteAddress: string): void {
    this.#visit.refund(addressBlock(remoteAddress));
  }

  /** @throws Refusal `too-fast` */
  register(remoteAddress: string): void {
    refuseIf(this.#registration.take(addressBlock(remoteAddress)));
  }
}

function refuseIf(wait: number): void {
  if (wait > 0) throw new Refusal('too-fast', 'Too many attempts; wait a little.', { retryAfter: wait });
}
