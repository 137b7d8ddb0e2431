import { DerivedMapBase } from './derived-map.ts';
import type { DerivedMap, LiveMap } from './live-map.ts';

class ProjectedMap<K, V, W> extends DerivedMapBase<K, W> {
  constructor(source: LiveMap<K, V>, projection: (value: V, key: K) => W | undefined) {
    super(source);
    this.follow(source, ({ key, value }) => {
      const row =
        value === undefined ? undefined : this.frames.attempt(() => projection(value, key), undefined);
      if (row === undefined) this.drop(key);
      else this.put(key, row);
    });
  }
}

/**
 * Each row of `source` turned into another one under the same key; `undefined` leaves the row out. One change costs one
 * call. The projection must depend on the row alone; when it throws, the error is reported and the row is left out.
 */
export function project<K, V, W>(
  source: LiveMap<K, V>,
  projection: (value: V, key: K) => W | undefined,
): DerivedMap<K, W> {
  return new ProjectedMap(source, projection);
}
