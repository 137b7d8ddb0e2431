/** A bucket holds `burst` tokens, and gets one every `interval` milliseconds. */
export interface Rate {
  readonly burst: number;
  readonly interval: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Keys that are remembered; past it the full buckets are forgotten, which changes nothing for them. */
const mostBuckets = 50_000;

/** Token buckets by key. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: () => number) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes a token; otherwise tells the milliseconds until there is one. 0: taken. */
  take(key: string): number {
    const bucket = this.#bucket(key);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * this.#rate.interval);
    bucket.tokens -= 1;
    return 0;
  }

  /** Gives a token back: what it was taken for turned out to be fine. */
  refund(key: string): void {
    const bucket = this.#bucket(key);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + 1);
  }

  #bucket(key: string): Bucket {
    const now = this.#clock();
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      const gained = Math.max(0, now - known.filledAt) / this.#rate.interval;
      known.tokens = Math.min(this.#rate.burst, known.tokens + gained);
      known.filledAt = now;
      return known;
    }
    if (this.#buckets.size >= mostBuckets) this.#forget(now);
    const bucket = { tokens: this.#rate.burst, filledAt: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forget(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      const full = bucket.tokens + (now - bucket.filledAt) / this.#rate.interval >= this.#rate.burst;
      if (full) this.#buckets.delete(key);
    }
    if (this.#buckets.size >= mostBuckets) this.#buckets.clear();
  }
}
