/** How an entry of a map stood. A plain object: a store writes many, and closures would cost it twice as much. */
interface Entry {
  readonly map: Map<unknown, unknown>;
  readonly key: unknown;
  /** `undefined`: it was not there. */
  readonly before: unknown;
}

/** Makes a transaction of writes to plain maps and arrays: each write notes how it is taken back. */
export class Journal {
  readonly #undo: ((() => void) | Entry)[] = [];
  /** How the keys of maps stood before the first deletion: a map forgets a deleted key's place. */
  readonly #orders: Map<Map<unknown, unknown>, readonly unknown[]> = new Map();

  /** Notes how a change that the caller has just made is taken back. */
  note(undo: () => void): void {
    this.#undo.push(undo);
  }

  set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    this.#undo.push({ map, key, before: map.get(key) });
    map.set(key, value);
  }

  /** From a map whose order means something: rolled back, the key stands where it stood. */
  delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    if (!map.has(key)) return;
    if (!this.#orders.has(map)) this.#orders.set(map, [...map.keys()]);
    this.drop(map, key);
  }

  /** From a map that is only looked into by key, however large. */
  drop<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    if (before === undefined) return;
    map.delete(key);
    this.#undo.push({ map, key, before });
  }

  /** The map of a map, made when it is not there. An empty one that is left behind is harmless. */
  inner<Outer, Key, Value>(map: Map<Outer, Map<Key, Value>>, key: Outer): Map<Key, Value> {
    const present = map.get(key);
    if (present !== undefined) return present;
    const made = new Map<Key, Value>();
    map.set(key, made);
    return made;
  }

  /** Takes everything back, newest first. */
  rollBack(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      if (typeof undo === 'function') undo();
      else if (undo.before === undefined) undo.map.delete(undo.key);
      else undo.map.set(undo.key, undo.before);
    }
    for (const [map, keys] of this.#orders) {
      const entries = keys.filter((key) => map.has(key)).map((key) => [key, map.get(key)] as const);
      map.clear();
      for (const [key, value] of entries) map.set(key, value);
    }
  }
}
