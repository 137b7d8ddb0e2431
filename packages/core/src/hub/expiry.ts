import type { LiveMap } from '../streams/index.ts';

/** Timers of more than this (milliseconds) are set in steps. */
const longestTimer = 60_000;

/**
 * Tells when rows of a live collection are over by their own word. Only rows that end at some time cost anything, and one
 * timer serves them all.
 */
export class Expiry<K, V> {
  readonly #now: () => number;
  readonly #expire: (keys: readonly K[]) => void;
  readonly #ends = new Map<K, number>();
  readonly #stop: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** When the timer goes off; never later than the first row ends. */
  #due = Infinity;

  /** `endOf` tells when a row is over, `null` for never; `expire` hears of rows that are, and must change or remove them. */
  constructor(
    rows: LiveMap<K, V>,
    now: () => number,
    endOf: (row: V) => number | null,
    expire: (keys: readonly K[]) => void,
  ) {
    this.#now = now;
    this.#expire = expire;
    for (const [key, row] of rows.entries()) this.#note(key, endOf(row));
    // Inside the frame, where no list of changes is made for it: every presence passes here.
    this.#stop = rows.attach({
      apply: (changes) => {
        for (const { key, value } of changes) this.#note(key, value === undefined ? null : endOf(value));
      },
      end: () => this.close(),
    });
  }

  close(): void {
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #note(key: K, end: number | null): void {
    if (end === null || Number.isNaN(end)) {
      if (this.#ends.size > 0) this.#ends.delete(key);
      return;
    }
    this.#ends.set(key, end);
    if (end < this.#due) this.#plan(end);
  }

  #plan(due: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due = due;
    const wait = Math.min(Math.max(0, due - this.#now()), longestTimer);
    this.#timer = due === Infinity ? null : setTimeout(() => this.#look(), wait);
  }

  #look(): void {
    const over = [...this.#ends].filter(([, end]) => end <= this.#now()).map(([key]) => key);
    for (const key of over) this.#ends.delete(key);
    this.#due = Infinity;
    if (over.length > 0) this.#expire(over);
    let next = Infinity;
    for (const end of this.#ends.values()) next = Math.min(next, end);
    this.#plan(next);
  }
}
