import { DerivedMapBase } from './derived-map.ts';
import type { DerivedMap, LiveMap } from './live-map.ts';

/** How the rows of two maps meet. */
export interface JoinOptions<K, L, J, R, V> {
  /** The key in the right map that this left row refers to; undefined when it refers to none. */
  readonly on: (left: L, key: K) => J | undefined;
  /** The joined row; `right` is undefined while there is no such row. `undefined` leaves the row out. */
  readonly project: (left: L, right: R | undefined, key: K) => V | undefined;
}

class JoinedMap<K, L, J, R, V> extends DerivedMapBase<K, V> {
  readonly #left: LiveMap<K, L>;
  readonly #right: LiveMap<J, R>;
  readonly #options: JoinOptions<K, L, J, R, V>;
  readonly #refersTo = new Map<K, J>();
  readonly #referredBy = new Map<J, Set<K>>();

  constructor(left: LiveMap<K, L>, right: LiveMap<J, R>, options: JoinOptions<K, L, J, R, V>) {
    super(left, right);
    this.#left = left;
    this.#right = right;
    this.#options = options;
    this.follow(left, ({ key, value }) => {
      this.#refer(
        key,
        value === undefined ? undefined : this.frames.attempt(() => options.on(value, key), undefined),
      );
      this.#refresh(key);
    });
    this.follow(right, ({ key }) => this.#referredBy.get(key)?.forEach((leftKey) => this.#refresh(leftKey)));
  }

  #refer(key: K, to: J | undefined): void {
    const before = this.#refersTo.get(key);
    if (before === to) return;
    if (before !== undefined) {
      const keys = this.#referredBy.get(before);
      keys?.delete(key);
      if (keys?.size === 0) this.#referredBy.delete(before);
    }
    if (to === undefined) {
      this.#refersTo.delete(key);
      return;
    }
    this.#refersTo.set(key, to);
    const keys = this.#referredBy.get(to);
    if (keys === undefined) this.#referredBy.set(to, new Set([key]));
    else keys.add(key);
  }

  #refresh(key: K): void {
    const left = this.#left.get(key);
    const to = this.#refersTo.get(key);
    const right = to === undefined ? undefined : this.#right.get(to);
    const row =
      left === undefined
        ? undefined
        : this.frames.attempt(() => this.#options.project(left, right, key), undefined);
    if (row === undefined) this.drop(key);
    else this.put(key, row);
  }
}

/**
 * Each row of `left` beside the row of `right` it refers to (many to one). A change on the left costs one row, a change
 * on the right as many as refer to it. Ends when either map ends.
 */
export function join<K, L, J, R, V>(
  left: LiveMap<K, L>,
  right: LiveMap<J, R>,
  options: JoinOptions<K, L, J, R, V>,
): DerivedMap<K, V> {
  return new JoinedMap(left, right, options);
}
