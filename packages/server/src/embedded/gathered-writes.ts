import type { Journal } from './journal.ts';

/** How long values are gathered. Milliseconds. */
const gatherTime = 200;

/**
 * Values of which only the latest of each key counts, and which a crash may forget: they are gathered and written together,
 * so that they cost next to nothing.
 */
export class GatheredWrites<Key, Value> {
  readonly #journal: Journal;
  readonly #write: (key: Key, value: Value) => void;
  readonly #waiting = new Map<Key, Value>();
  #timer: NodeJS.Timeout | null = null;

  /** `write` is called inside a transaction. */
  constructor(journal: Journal, write: (key: Key, value: Value) => void) {
    this.#journal = journal;
    this.#write = write;
  }

  note(key: Key, value: Value): void {
    this.#waiting.set(key, value);
    this.#timer ??= setTimeout(() => void this.flush(), gatherTime).unref();
  }

  /** What is noted and not written yet. */
  waiting(key: Key): Value | undefined {
    return this.#waiting.get(key);
  }

  /** Writes what waits. Resolves after the commit, and also when it fails: it is only written again later. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = [...this.#waiting];
    if (waiting.length === 0) return;
    const work = this.#journal.write(() => {
      for (const [key, value] of waiting) this.#write(key, value);
    });
    const written = await work.then(
      () => true,
      () => false,
    );
    if (!written) return;
    for (const [key, value] of waiting) if (this.#waiting.get(key) === value) this.#waiting.delete(key);
  }
}
