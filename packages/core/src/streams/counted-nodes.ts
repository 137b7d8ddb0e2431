/** The nodes of a counted tree: their sizes, how they are made, measured and joined. */

/** The most entries of a leaf. */
export const LEAF_SIZE = 64;
/** The most children of a branch. */
export const BRANCH_SIZE = 32;

/** What can be kept in the tree; both fields belong to the tree. */
export interface TreeEntry<E> {
  /** Undefined while the entry is in no tree. */
  leaf: Leaf<E> | undefined;
  /** Where it is in a leaf that is not sorted: those are too long to search. */
  slot: number;
}

/** A node that holds entries. */
export interface Leaf<E> {
  readonly kind: 'leaf';
  readonly items: E[];
  parent: Branch<E> | undefined;
  /** What a search compares with: no entry below this node is less, and none before it is greater. */
  low: E | undefined;
  /** False while nobody has looked into it: entries of a large build stay as they came until then, in a large leaf. */
  sorted: boolean;
}

/** A node that holds nodes, and the number of entries below them. */
export interface Branch<E> {
  readonly kind: 'branch';
  readonly items: Node<E>[];
  parent: Branch<E> | undefined;
  low: E | undefined;
  count: number;
}

/** A leaf or a branch. */
export type Node<E> = Leaf<E> | Branch<E>;

/** Moves the content of child `index + 1` into child `index` if it fits; false when it does not. */
export function fuse<E extends TreeEntry<E>>(parent: Branch<E>, index: number): boolean {
  const left = parent.items[index];
  const right = parent.items[index + 1];
  if (left === undefined || right === undefined) return false;
  if (left.kind === 'leaf' && right.kind === 'leaf') {
    if (!left.sorted || !right.sorted) return false;
    if (left.items.length + right.items.length > LEAF_SIZE) return false;
    for (const entry of right.items) {
      entry.leaf = left;
      left.items.push(entry);
    }
  } else if (left.kind === 'branch' && right.kind === 'branch') {
    if (left.items.length + right.items.length > BRANCH_SIZE) return false;
    for (const child of right.items) {
      child.parent = left;
      left.items.push(child);
    }
    left.count += right.count;
  } else return false;
  parent.items.splice(index + 1, 1);
  return true;
}

/** `entry` is the first below `node` now; so it is for every ancestor whose first child leads there. */
export function lower<E>(node: Node<E>, entry: E): void {
  node.low = entry;
  for (
    let child = node, parent = node.parent;
    parent?.items[0] === child;
    child = parent, parent = parent.parent
  ) {
    parent.low = entry;
  }
}

/** A leaf of these entries, which now know it. */
export function newLeaf<E extends TreeEntry<E>>(items: E[]): Leaf<E> {
  const leaf: Leaf<E> = { kind: 'leaf', items, parent: undefined, low: items[0], sorted: true };
  for (const entry of items) entry.leaf = leaf;
  return leaf;
}

/** A branch over these nodes, which now know it. */
export function newBranch<E>(items: Node<E>[]): Branch<E> {
  const branch: Branch<E> = { kind: 'branch', items, parent: undefined, low: items[0]?.low, count: 0 };
  for (const child of items) {
    child.parent = branch;
    branch.count += countOf(child);
  }
  return branch;
}

/** One node over all of these. */
export function pile<E>(nodes: readonly Node<E>[]): Node<E> | undefined {
  let level = nodes;
  while (level.length > 1) level = chunks(level, (BRANCH_SIZE * 3) / 4).map((items) => newBranch(items));
  return level[0];
}

/** Leaves of entries that are in order. */
export function newLeaves<E extends TreeEntry<E>>(sorted: readonly E[]): Leaf<E>[] {
  return chunks(sorted, (LEAF_SIZE * 3) / 4).map((items) => newLeaf(items));
}

/** The number of entries below a node. */
export function countOf<E>(node: Node<E>): number {
  return node.kind === 'leaf' ? node.items.length : node.count;
}

/** The first entry below a node; in a leaf that was emptied, what was the first: still a valid separator. */
export function lowOf<E>(node: Node<E>): E {
  if (node.low === undefined) throw new Error('An empty node has no low end.');
  return node.low;
}

/** The item at an index that must exist. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`No item at ${index} of ${items.length}.`);
  return item;
}

/** How many of `length` positions from the start satisfy `holds`, which holds for a prefix only. */
export function upperBound(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The items in runs of `size`, the last one shorter. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
