import { DerivedMapBase } from './derived-map.ts';
import type { FrameSource } from './derived-map.ts';
import { LiveMapBase } from './live-map-base.ts';
import type { DerivedMap, LiveMap } from './live-map.ts';

/** The rows of one group; written by the grouping view only. */
class Members<K, V> extends LiveMapBase<K, V> {
  constructor(source: FrameSource) {
    super(source.frames, source.depth + 1);
  }
  place(key: K, value: V): void {
    this.put(key, value);
  }
  leave(key: K): void {
    this.drop(key);
  }
  end(): void {
    this.finish();
  }
}

class GroupedMap<G, K, V> extends DerivedMapBase<G, LiveMap<K, V>> {
  readonly #members = new Map<G, Members<K, V>>();
  readonly #groupsOf = new Map<K, ReadonlySet<G>>();
  readonly #source: FrameSource;

  constructor(source: LiveMap<K, V>, groupsOf: (value: V, key: K) => Iterable<G>) {
    super(source);
    this.#source = source;
    this.follow(source, ({ key, value }) => {
      const before = this.#groupsOf.get(key) ?? new Set<G>();
      const after = new Set(value === undefined ? [] : this.frames.attempt(() => groupsOf(value, key), []));
      if (value === undefined || after.size === 0) this.#groupsOf.delete(key);
      else this.#groupsOf.set(key, after);
      for (const group of before) if (!after.has(group)) this.#leave(group, key);
      if (value !== undefined) for (const group of after) this.#membersOf(group).place(key, value);
    });
  }

  protected override finish(): void {
    super.finish();
    for (const members of this.#members.values()) members.end();
  }

  #membersOf(group: G): Members<K, V> {
    let members = this.#members.get(group);
    if (members === undefined) {
      members = new Members<K, V>(this.#source);
      this.#members.set(group, members);
      this.put(group, members);
    }
    return members;
  }

  #leave(group: G, key: K): void {
    const members = this.#members.get(group);
    if (members === undefined) return;
    members.leave(key);
    if (members.size > 0) return;
    members.end();
    this.#members.delete(group);
    this.drop(group);
  }
}

/**
 * The rows of `source` by group; a row may be in several groups or in none. The value under a group is the live map of
 * its members; it appears with the first member and ends with the last. One change costs the groups of that row.
 */
export function group<K, V, G>(
  source: LiveMap<K, V>,
  groupsOf: (value: V, key: K) => Iterable<G>,
): DerivedMap<G, LiveMap<K, V>> {
  return new GroupedMap(source, groupsOf);
}
