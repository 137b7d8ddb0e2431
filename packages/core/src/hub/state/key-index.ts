/** Finds something by two keys, the outer of which has few values: an account and a remote key, say. */
export class KeyIndex<Outer, Inner, V> {
  readonly #rows = new Map<Outer, Map<Inner, V>>();

  get(outer: Outer, inner: Inner): V | undefined {
    return this.#rows.get(outer)?.get(inner);
  }

  has(outer: Outer, inner: Inner): boolean {
    return this.#rows.get(outer)?.has(inner) === true;
  }

  set(outer: Outer, inner: Inner, value: V): void {
    const row = this.#rows.get(outer);
    if (row) row.set(inner, value);
    else this.#rows.set(outer, new Map([[inner, value]]));
  }

  delete(outer: Outer, inner: Inner): void {
    const row = this.#rows.get(outer);
    if (row?.delete(inner) && row.size === 0) this.#rows.delete(outer);
  }

  /** Forgets everything under an outer key. */
  deleteAll(outer: Outer): void {
    this.#rows.delete(outer);
  }

  /** What stands under an outer key. */
  entries(outer: Outer): Iterable<readonly [Inner, V]> {
    return this.#rows.get(outer)?.entries() ?? [];
  }

  /** Takes over everything of another index, which wins. */
  merge(other: KeyIndex<Outer, Inner, V>): void {
    other.#rows.forEach((row, outer) => row.forEach((value, inner) => this.set(outer, inner, value)));
  }
}
