import { newLeaf, upperBound } from './counted-nodes.ts';
import type { Leaf, TreeEntry } from './counted-nodes.ts';

/** From so many entries on a build is parted first. */
export const PART_FROM = 1024;
/** About so many entries go into a part, and at most so many parts are made. */
const PART_SIZE = 512;
const MOST_PARTS = 64;
/** So many entries are looked at for each part, so that parts come out about even. */
const SAMPLES = 8;

/**
 * Parts entries into ranges, each a leaf that is not sorted: sample sort without its second half. Costs as many
 * comparisons of an entry as it takes to find its range.
 */
export function parted<E extends TreeEntry<E>>(
  entries: readonly E[],
  compare: (a: E, b: E) => number,
): Leaf<E>[] {
  const count = Math.min(MOST_PARTS, Math.ceil(entries.length / PART_SIZE));
  const stride = Math.floor(entries.length / (count * SAMPLES));
  const samples = entries.filter((_, i) => i % stride === 0).sort(compare);
  const borders = Array.from({ length: count - 1 }, (_, i) => samples[(i + 1) * SAMPLES]).filter(
    (border) => border !== undefined,
  );
  const parts: E[][] = Array.from({ length: borders.length + 1 }, () => []);
  for (const entry of entries) {
    const part = upperBound(borders.length, (i) => compare(borders[i] as E, entry) <= 0);
    const items = parts[part] as E[];
    entry.slot = items.push(entry) - 1;
  }
  return parts.flatMap((items, part) => {
    if (items.length === 0) return [];
    const leaf = newLeaf(items);
    leaf.sorted = false;
    // The least of the first part is not known, and not needed: what is less than all goes there anyway.
    leaf.low = borders[part - 1] ?? items[0];
    return [leaf];
  });
}
