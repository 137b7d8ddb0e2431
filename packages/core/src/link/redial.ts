/** How to dial again after a cut. */
export interface RedialOptions {
  /** Milliseconds of the first longest pause; default 200. */
  readonly base?: number;
  /** The longest pause of all, milliseconds; default 10,000. */
  readonly cap?: number;
  /** A number from 0 to 1; default Math.random. */
  readonly random?: () => number;
}

/** Dials until it works: pauses between 0 and a bound that doubles up to a cap (full jitter). */
export class Redial {
  readonly #dial: () => Promise<void>;
  readonly #base: number;
  readonly #cap: number;
  readonly #random: () => number;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(dial: () => Promise<void>, { base = 200, cap = 10_000, random = Math.random }: RedialOptions) {
    this.#dial = dial;
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /** Dials after a pause, and again after each failure. */
  start(): void {
    if (this.#stopped) return;
    const bound = Math.min(this.#cap, this.#base * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#timer = setTimeout(() => {
      // A failed attempt says nothing new: the status is `reconnecting` already, with the reason of the cut.
      this.#dial().catch(() => this.start());
    }, this.#random() * bound);
  }

  /** The connection works: the next cut begins with short pauses again. */
  settled(): void {
    this.#attempt = 0;
  }

  /** Dials no more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
