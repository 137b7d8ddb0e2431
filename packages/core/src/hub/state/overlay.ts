import type { LiveMapWriter } from '../../streams/index.ts';

/**
 * Uncommitted rows over a live collection: reads see them, the collection does not until {@link Overlay.publish}, which is
 * called only after the store has them.
 */
export class Overlay<K, V extends object> {
  readonly #base: LiveMapWriter<K, V>;
  /** `null` for a removed row: it is told from one that was not touched by one look. */
  readonly #rows = new Map<K, V | null>();

  constructor(base: LiveMapWriter<K, V>) {
    this.#base = base;
  }

  get(key: K): V | undefined {
    const row = this.#rows.get(key);
    return row === undefined ? this.#base.get(key) : (row ?? undefined);
  }

  set(key: K, value: V): void {
    if (this.get(key) !== value) this.#rows.set(key, value);
  }

  delete(key: K): void {
    this.#rows.set(key, null);
  }

  /** The rows as they will be after the commit. */
  *values(): IterableIterator<V> {
    for (const [key, value] of this.#base.entries()) if (!this.#rows.has(key)) yield value;
    for (const value of this.#rows.values()) if (value !== null) yield value;
  }

  /** Tells what this transaction wrote; `null` for a removed row. */
  forEachChanged(tell: (value: V | null, key: K) => void): void {
    this.#rows.forEach(tell);
  }

  /** Makes the rows part of the collection; call it inside a frame. */
  publish(): void {
    this.#rows.forEach((value, key) => {
      if (value === null) this.#base.delete(key);
      else this.#base.set(key, value);
    });
  }
}
