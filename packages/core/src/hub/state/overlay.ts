import type { LiveMapWriter } from '../../streams/index.ts';

/**
 * Uncommitted rows over a live collection: reads see them, the collection does not until {@link Overlay.publish}, which is
 * called only after the store has them.
 */
export class Overlay<K, V> {
  readonly #base: LiveMapWriter<K, V>;
  readonly #rows = new Map<K, V | undefined>();

  constructor(base: LiveMapWriter<K, V>) {
    this.#base = base;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key) ?? (this.#rows.has(key) ? undefined : this.#base.get(key));
  }

  set(key: K, value: V): void {
    if (this.get(key) !== value) this.#rows.set(key, value);
  }

  delete(key: K): void {
    this.#rows.set(key, undefined);
  }

  /** The rows as they will be after the commit. */
  *values(): IterableIterator<V> {
    for (const [key, value] of this.#base.entries()) if (!this.#rows.has(key)) yield value;
    for (const value of this.#rows.values()) if (value !== undefined) yield value;
  }

  /** Tells what this transaction wrote; `undefined` for a removed row. */
  forEachChanged(tell: (value: V | undefined, key: K) => void): void {
    this.#rows.forEach(tell);
  }

  /** Makes the rows part of the collection; call it inside a frame. */
  publish(): void {
    this.#rows.forEach((value, key) => {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    });
  }
}
