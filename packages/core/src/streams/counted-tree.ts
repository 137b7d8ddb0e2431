import {
  at,
  BRANCH_SIZE,
  countOf,
  fuse,
  LEAF_SIZE,
  lower,
  lowOf,
  newBranch,
  newLeaf,
  newLeaves,
  pile,
  upperBound,
} from './counted-nodes.ts';
import type { Leaf, Node, TreeEntry } from './counted-nodes.ts';
import { parted, PART_FROM } from './parting.ts';

/**
 * A B+ tree that counts: entries in the order of a comparison that never calls two of them equal, with the position of
 * an entry and the entry at a position in O(log n). Entries know their leaf, so that taking one out needs no search.
 * Chosen over a skip list because a node's entries lie side by side in memory: at 100,000 rows the cache misses cost
 * more than the comparisons. An entry's place in the order must never change while it is in the tree, nor after: an
 * emptied leaf may keep its last one as a separator.
 */
export class CountedTree<E extends TreeEntry<E>> {
  readonly #compare: (a: E, b: E) => number;
  #root: Node<E> = newLeaf<E>([]);

  constructor(compare: (a: E, b: E) => number) {
    this.#compare = compare;
  }

  /** The number of entries. */
  get size(): number {
    return countOf(this.#root);
  }

  /**
   * Replaces everything by these entries. Many are only parted into ranges now; a range is sorted when somebody looks
   * into it, so that the first window of a long list does not wait for the rest of it.
   */
  build(entries: E[]): void {
    const leaves =
      entries.length < PART_FROM ? newLeaves(entries.sort(this.#compare)) : parted(entries, this.#compare);
    this.#root = pile<E>(leaves) ?? newLeaf<E>([]);
  }

  /** Puts an entry in its place. */
  insert(entry: E): void {
    let node = this.#root;
    while (node.kind === 'branch') {
      node.count += 1;
      node = at(node.items, this.#childFor(node.items, entry));
    }
    entry.leaf = node;
    if (!node.sorted) {
      entry.slot = node.items.push(entry) - 1;
      return;
    }
    const position = this.#positionIn(node.items, entry);
    node.items.splice(position, 0, entry);
    if (position === 0) lower(node, entry);
    if (node.items.length > LEAF_SIZE) this.#split(node);
  }

  /** Takes an entry out; it must be in this tree. */
  remove(entry: E): void {
    const { leaf, position } = placeOf(entry);
    if (leaf.sorted) leaf.items.splice(position, 1);
    else fillSlot(leaf.items, position);
    entry.leaf = undefined;
    for (let branch = leaf.parent; branch !== undefined; branch = branch.parent) branch.count -= 1;
    if (leaf.items.length >= LEAF_SIZE / 4 && !leaf.sorted) return;
    if (!leaf.sorted) this.#sort(leaf);
    if (position === 0 && leaf.items[0] !== undefined) lower(leaf, leaf.items[0]);
    if (leaf.items.length < LEAF_SIZE / 4) this.#merge(leaf);
  }

  /** Puts an entry in the place of one that no other stands between. */
  replace(before: E, after: E): void {
    const { leaf, position } = placeOf(before);
    leaf.items[position] = after;
    after.slot = position;
    before.leaf = undefined;
    after.leaf = leaf;
    if (position === 0 && leaf.sorted) lower(leaf, after);
  }

  /** All entries, in whatever order they lie: nothing is sorted for it. */
  entries(): E[] {
    const found: E[] = [];
    const nodes: Node<E>[] = [this.#root];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node.kind === 'branch') nodes.push(...node.items);
      else for (const entry of node.items) found.push(entry);
    }
    return found;
  }

  /** The position of an entry, counted from 0. */
  indexOf(entry: E): number {
    if (entry.leaf?.sorted === false) this.#sort(entry.leaf);
    const leaf = entry.leaf;
    if (leaf === undefined) return -1;
    let position = leaf.items.indexOf(entry);
    let child: Node<E> = leaf;
    for (let branch = leaf.parent; branch !== undefined; branch = branch.parent) {
      for (const sibling of branch.items) {
        if (sibling === child) break;
        position += countOf(sibling);
      }
      child = branch;
    }
    return position;
  }

  /** How many entries from the start are `before`, which must hold for a prefix of the order and for nothing after it. */
  rank(before: (entry: E) => boolean): number {
    let node = this.#root;
    let rank = 0;
    for (;;) {
      if (node.kind === 'leaf') {
        if (node.sorted) break;
        node = this.#sort(node);
        continue;
      }
      const children: readonly Node<E>[] = node.items;
      const index = Math.max(0, upperBound(children.length, (i) => before(lowOf(at(children, i)))) - 1);
      for (let i = 0; i < index; i += 1) rank += countOf(at(children, i));
      node = at(children, index);
    }
    const items = node.items;
    return rank + upperBound(items.length, (i) => before(at(items, i)));
  }

  /** The entries at positions `from` (inclusive) to `to` (exclusive), cut to what exists. */
  slice(from: number, to: number): E[] {
    let found: E[] | undefined;
    let position = Math.max(0, from);
    const end = Math.min(to, this.size);
    while (position < end) {
      const { leaf, offset } = this.#leafAt(position);
      const taken = leaf.items.slice(offset, offset + end - position);
      position += taken.length;
      if (found === undefined) found = taken;
      else for (const entry of taken) found.push(entry);
    }
    return found ?? [];
  }

  #leafAt(position: number): { leaf: Leaf<E>; offset: number } {
    let node = this.#root;
    let offset = position;
    for (;;) {
      if (node.kind === 'leaf') {
        if (node.sorted) return { leaf: node, offset };
        node = this.#sort(node);
        continue;
      }
      let index = 0;
      for (let count = countOf(at(node.items, 0)); offset >= count; count = countOf(at(node.items, index))) {
        offset -= count;
        index += 1;
      }
      node = at(node.items, index);
    }
  }

  /** Sorts a leaf that nobody had looked into, and puts as many in its place as it takes. */
  #sort(leaf: Leaf<E>): Node<E> {
    leaf.items.sort(this.#compare);
    leaf.sorted = true;
    if (leaf.items.length <= LEAF_SIZE) {
      if (leaf.items[0] !== undefined) lower(leaf, leaf.items[0]);
      return leaf;
    }
    const node = pile<E>(newLeaves(leaf.items)) ?? leaf;
    node.parent = leaf.parent;
    if (leaf.parent === undefined) this.#root = node;
    else leaf.parent.items[leaf.parent.items.indexOf(leaf)] = node;
    lower(node, lowOf(node));
    return node;
  }

  /** The last child whose low end is not above the entry; the first one when all are. */
  #childFor(children: readonly Node<E>[], entry: E): number {
    return Math.max(
      0,
      upperBound(children.length, (i) => this.#compare(lowOf(at(children, i)), entry) <= 0) - 1,
    );
  }

  #positionIn(entries: readonly E[], entry: E): number {
    return upperBound(entries.length, (i) => this.#compare(at(entries, i), entry) < 0);
  }

  #split(node: Node<E>): void {
    const half = node.items.length >> 1;
    const right =
      node.kind === 'leaf' ? newLeaf(node.items.splice(half)) : newBranch(node.items.splice(half));
    if (node.kind === 'branch') node.count -= countOf(right);
    const parent = node.parent;
    if (parent === undefined) {
      this.#root = newBranch<E>([node, right]);
      return;
    }
    right.parent = parent;
    parent.items.splice(parent.items.indexOf(node) + 1, 0, right);
    if (parent.items.length > BRANCH_SIZE) this.#split(parent);
  }

  /** Joins a node that has become small with a neighbour when both fit into one, so that emptied trees shrink. */
  #merge(node: Node<E>): void {
    const parent = node.parent;
    if (parent === undefined) {
      const only = node.kind === 'branch' && node.items.length === 1 ? at(node.items, 0) : undefined;
      if (only !== undefined) {
        only.parent = undefined;
        this.#root = only;
      }
      return;
    }
    const index = parent.items.indexOf(node);
    if (!fuse(parent, index) && !fuse(parent, index - 1)) return;
    if (parent.items.length < BRANCH_SIZE / 4) this.#merge(parent);
  }
}

/** Where an entry is; it must be in a tree. */
function placeOf<E extends TreeEntry<E>>(entry: E): { leaf: Leaf<E>; position: number } {
  const { leaf } = entry;
  const position = leaf === undefined || !leaf.sorted ? entry.slot : leaf.items.indexOf(entry);
  if (leaf?.items[position] !== entry) throw new Error('The entry is not in this tree.');
  return { leaf, position };
}

/** Takes an entry out of a leaf that is not sorted: the last one takes its slot. */
function fillSlot<E extends TreeEntry<E>>(items: E[], slot: number): void {
  const last = items.pop();
  if (last === undefined || slot === items.length) return;
  items[slot] = last;
  last.slot = slot;
}
