import { CountedTree } from './counted-tree.ts';
import type { Leaf } from './counted-nodes.ts';
import type { Followed, FrameFollower, FrameMember, Frames } from './frames.ts';
import type { RowChange, Follower, LiveMap } from './live-map.ts';

/** A row in its place. The same object stands for the same row with the same value; a changed row has a new one. */
export interface OrderedRow<K, V> {
  readonly key: K;
  readonly value: V;
}

/** The rows of a live map in order, kept so change by change. */
export interface Ordered<K, V, S = unknown> extends Followed {
  /** The number of rows. */
  readonly size: number;
  /** The frame that changed this view last. */
  readonly version: number;
  /** The position of a row, or -1. O(log n). */
  indexOf(key: K): number;
  /** The rows at positions `from` (inclusive) to `to` (exclusive), cut to what exists. O(log n + rows). */
  slice(from: number, to: number): readonly V[];
  /** As `slice`, with the keys. */
  rows(from: number, to: number): readonly OrderedRow<K, V>[];
  /** How many rows sort before this sort key: where a row with it would begin. O(log n). */
  rank(sort: S): number;
  /** Stops following the source. */
  dispose(): void;
}

/** A row in the tree. A row that changes gets a new one, so that whoever kept the old one sees that it changed. */
interface Entry<K, V, S> extends OrderedRow<K, V> {
  readonly sort: S;
  /** When the row came; rows with equal sort keys stay in that order. */
  readonly arrival: number;
  leaf: Leaf<Entry<K, V, S>> | undefined;
  slot: number;
}

/** A frame that changes more than this share of the rows rebuilds the tree, which is cheaper than moving them singly. */
const REBUILD_SHARE = 1 / 4;

class OrderedView<K, V, S> implements Ordered<K, V, S>, Follower<K, V>, FrameMember {
  readonly frames: Frames;
  readonly depth: number;
  readonly #sortKey: (value: V, key: K) => S;
  readonly #compare: (a: S, b: S) => number;
  readonly #wanted: ((value: V, key: K) => boolean) | undefined;
  /** The entries by key, once a row changes or is asked for: who reads a list once needs it not. */
  #byKey: Map<K, Entry<K, V, S>> | null = null;
  readonly #tree: CountedTree<Entry<K, V, S>>;
  readonly #followers = new Set<FrameFollower>();
  readonly #detach: () => void;
  #arrivals = 0;
  #version: number;
  #ending = false;

  constructor(
    source: LiveMap<K, V>,
    sortKey: (value: V, key: K) => S,
    compare: (a: S, b: S) => number,
    wanted: ((value: V, key: K) => boolean) | undefined,
  ) {
    this.frames = source.frames;
    this.depth = source.depth + 1;
    this.#version = source.frames.version;
    this.#sortKey = sortKey;
    this.#compare = compare;
    this.#wanted = wanted;
    this.#tree = new CountedTree((a, b) => compare(a.sort, b.sort) || a.arrival - b.arrival);
    const entries: Entry<K, V, S>[] = [];
    for (const [key, value] of source.entries()) {
      const entry = this.#entryOf(key, value, undefined);
      if (entry !== undefined) entries.push(entry);
    }
    this.#tree.build(entries);
    this.#detach = source.attach(this);
  }

  get size(): number {
    return this.#tree.size;
  }

  get version(): number {
    return this.#version;
  }

  indexOf(key: K): number {
    const entry = this.#index().get(key);
    return entry === undefined ? -1 : this.#tree.indexOf(entry);
  }

  slice(from: number, to: number): readonly V[] {
    return this.#tree.slice(from, to).map((entry) => entry.value);
  }

  rows(from: number, to: number): readonly OrderedRow<K, V>[] {
    return this.#tree.slice(from, to);
  }

  rank(sort: S): number {
    return this.#tree.rank((entry) => this.#compare(entry.sort, sort) < 0);
  }

  attach(follower: FrameFollower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  dispose(): void {
    this.#detach();
    this.frames.run(() => this.end());
  }

  apply(changes: readonly RowChange<K, V>[]): void {
    if (changes.length > 64 && changes.length > this.size * REBUILD_SHARE) this.#rebuild(changes);
    else for (const change of changes) this.#move(change);
  }

  end(): void {
    this.#ending = true;
    this.frames.touch(this);
  }

  settle(version: number): boolean {
    this.#version = version;
    for (const follower of this.#followers) {
      follower.changed();
      if (this.#ending) follower.end();
    }
    return true;
  }

  /** An ordered view has no listeners of its own: windows on it have. */
  tell(): void {}

  #move({ key, value }: RowChange<K, V>): void {
    const before = this.#index().get(key);
    const after = value === undefined ? this.#dismiss(key) : this.#admit(key, value, before);
    // A row that is not listed, neither before nor now, is no change of the list.
    if (before === undefined && after === undefined) return;
    this.frames.touch(this);
    if (before !== undefined && after !== undefined && this.#compare(before.sort, after.sort) === 0) {
      this.#tree.replace(before, after);
      return;
    }
    if (before !== undefined) this.#tree.remove(before);
    if (after !== undefined) this.#tree.insert(after);
  }

  #rebuild(changes: readonly RowChange<K, V>[]): void {
    this.frames.touch(this);
    for (const { key, value } of changes) {
      if (value === undefined) this.#dismiss(key);
      else this.#admit(key, value, this.#index().get(key));
    }
    this.#tree.build([...this.#index().values()]);
  }

  #index(): Map<K, Entry<K, V, S>> {
    this.#byKey ??= new Map(this.#tree.entries().map((entry) => [entry.key, entry]));
    return this.#byKey;
  }

  /** The new entry of a row, if it is listed. */
  #admit(key: K, value: V, before: Entry<K, V, S> | undefined): Entry<K, V, S> | undefined {
    const entry = this.#entryOf(key, value, before);
    if (entry === undefined) return this.#dismiss(key);
    this.#index().set(key, entry);
    return entry;
  }

  #entryOf(key: K, value: V, before: Entry<K, V, S> | undefined): Entry<K, V, S> | undefined {
    try {
      if (this.#wanted !== undefined && !this.#wanted(value, key)) return undefined;
      const sort = this.#sortKey(value, key);
      const arrival = before === undefined ? (this.#arrivals += 1) : before.arrival;
      return { key, value, sort, arrival, leaf: undefined, slot: 0 };
    } catch (error) {
      this.frames.report(error);
      return undefined;
    }
  }

  #dismiss(key: K): undefined {
    this.#index().delete(key);
    return undefined;
  }
}

/**
 * The rows of `source` in the order of `compare` over `sortKey`, which is asked once per change of a row and cached.
 * One change costs O(log n) and allocates nothing that grows with the list. Rows with equal sort keys stay in the order
 * in which they came (one that is removed and set again in one frame never left). Only rows for which `wanted` holds are
 * listed, without the second map that a `filter` before it would keep. When `sortKey` or `wanted` throws, the error is
 * reported and the row is left out. Followed by windows.
 */
export function order<K, V, S>(
  source: LiveMap<K, V>,
  sortKey: (value: V, key: K) => S,
  compare: (a: S, b: S) => number,
  wanted?: (value: V, key: K) => boolean,
): Ordered<K, V, S> {
  return new OrderedView(source, sortKey, compare, wanted);
}
