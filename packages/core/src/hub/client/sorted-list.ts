import type { DerivedMap, Ordered } from '../../streams/index.ts';

/** A list that is kept in order, and how to stop that. */
export interface SortedList<K, V> {
  readonly list: Ordered<K, V>;
  readonly dispose: () => void;
}

/** A list over a filtered map that nobody else looks at. */
export function sortedList<K, V>(wanted: DerivedMap<K, V>, list: Ordered<K, V>): SortedList<K, V> {
  return {
    list,
    dispose: () => {
      list.dispose();
      wanted.dispose();
    },
  };
}
