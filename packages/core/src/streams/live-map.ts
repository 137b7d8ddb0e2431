import type { Observable } from 'rxjs';
import type { Frames } from './frames.ts';

/**
 * What a subscriber of a live map hears. `version` is the frame's, the same in every collection the frame changed;
 * `since` is the version of the emission before, so that `since === previous.version` proves that nothing was missed.
 */
export type Delta<K, V> =
  | {
      readonly version: number;
      /** The first emission: everything. It reads the live rows, so read it before you return, or copy it. */
      readonly reset: Iterable<readonly [K, V]>;
    }
  | {
      readonly version: number;
      readonly since: number;
      readonly set: readonly (readonly [K, V])[];
      readonly removed: readonly K[];
    };

/** One row that a frame changed; `value` is undefined when the row was removed. */
export interface RowChange<K, V> {
  readonly key: K;
  readonly value: V | undefined;
}

/** A view that follows a live map inside the frame, before any listener hears of it. */
export interface Follower<K, V> {
  /** Called once per frame that changed the map, with each changed row once and in the order of the first write. */
  apply(changes: readonly RowChange<K, V>[]): void;
  /** Called in the last frame of the map, after `apply`. */
  end(): void;
}

/** A keyed collection that changes in frames. `undefined` is no value: it means absent. */
export interface LiveMap<K, V> {
  /** The row now, or undefined. Inside a commit that is the half-written state; listeners are called after it. */
  get(key: K): V | undefined;
  /** True when there is a row under this key. */
  has(key: K): boolean;
  /** The number of rows. */
  readonly size: number;
  /** The frame that changed this collection last. */
  readonly version: number;
  /** All rows, in the order in which their keys were first set. Reads the live rows. */
  entries(): IterableIterator<readonly [K, V]>;
  /**
   * Hot. Replays one `reset` with all rows, then one delta per frame that changed the map, without a gap between them.
   * Completes when the collection ends (account removed, client closed); never errors.
   */
  readonly delta$: Observable<Delta<K, V>>;
  /**
   * Hot; replays the row under `key` (undefined while there is none), then emits when that row changes, and not for any
   * other row: a thousand watchers cost nothing but the one that is concerned. Completes when the collection ends.
   */
  watch(key: K): Observable<V | undefined>;
  /** For views: follows the map inside the frame. Returns the function that stops it. */
  attach(follower: Follower<K, V>): () => void;
  /** The frames this map changes in; views of it change in the same. */
  readonly frames: Frames;
  /** How many views lie between this map and what is written directly: 0 for a written map. */
  readonly depth: number;
}

/** A map computed from another one. `dispose` stops following and completes its streams. */
export interface DerivedMap<K, V> extends LiveMap<K, V> {
  /** Stops following the source, and completes the streams of this view. */
  dispose(): void;
}
