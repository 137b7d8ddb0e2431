/** Makes a transaction of writes to plain maps and arrays: each write notes how it is taken back. */
export class Journal {
  readonly #undo: (() => void)[] = [];

  /** Notes how a change that the caller has just made is taken back. */
  note(undo: () => void): void {
    this.#undo.push(undo);
  }

  set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const before = map.get(key);
    map.set(key, value);
    this.#undo.push(before === undefined ? () => map.delete(key) : () => map.set(key, before));
  }

  delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    if (before === undefined) return;
    map.delete(key);
    this.#undo.push(() => map.set(key, before));
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
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}
