import { DerivedMapBase } from './derived-map.ts';
import type { DerivedMap, LiveMap } from './live-map.ts';

class FilteredMap<K, V> extends DerivedMapBase<K, V> {
  constructor(source: LiveMap<K, V>, predicate: (value: V, key: K) => boolean) {
    super(source);
    this.follow(source, ({ key, value }) => {
      if (value !== undefined && this.frames.attempt(() => predicate(value, key), false))
        this.put(key, value);
      else this.drop(key);
    });
  }
}

/**
 * The rows of `source` for which `predicate` holds; one change costs one call of it. The predicate must depend on the
 * row alone. When it throws, the error is reported and the row is left out.
 */
export function filter<K, V>(
  source: LiveMap<K, V>,
  predicate: (value: V, key: K) => boolean,
): DerivedMap<K, V> {
  return new FilteredMap(source, predicate);
}
