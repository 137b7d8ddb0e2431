import { param, type IrcLine } from './line.ts';

/** Most batches that are open at once, and most lines in them all; what goes beyond is given as it comes. */
const MOST_OPEN = 64;
const MOST_LINES = 20_000;

/** A finished batch: its lines, and finished batches where they stood among them. */
export interface Batch {
  readonly type: string;
  readonly params: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
  readonly items: readonly (IrcLine | Batch)[];
}

interface OpenBatch extends Batch {
  readonly items: (IrcLine | Batch)[];
  readonly parent: string | null;
}

/** Whether it is a batch and not a line. */
export function isBatch(item: IrcLine | Batch): item is Batch {
  return 'items' in item;
}

/** All lines of a batch, those of batches within it where they stand. */
export function linesOf(batch: Batch): IrcLine[] {
  return batch.items.flatMap((item) => (isBatch(item) ? linesOf(item) : [item]));
}

/** Within the answer to a labelled command the lines are as labelled as the batch. */
export function withLabel(item: IrcLine | Batch, label: string | undefined): IrcLine | Batch {
  return label === undefined || item.tags.has('label')
    ? item
    : { ...item, tags: new Map([...item.tags, ['label', label]]) };
}

/** Puts together what the `batch` capability takes apart, batches in batches included. */
export class BatchAssembler {
  readonly #open = new Map<string, OpenBatch>();
  #lines = 0;

  /** What is ready after this line: the line itself, a batch that it ended, or nothing yet. */
  take(line: IrcLine): IrcLine | Batch | null {
    if (line.command === 'BATCH') return this.#boundary(line);
    const parent = this.#open.get(line.tags.get('batch') ?? '');
    if (parent === undefined || this.#lines >= MOST_LINES) return line;
    this.#lines += 1;
    parent.items.push(line);
    return null;
  }

  #boundary(line: IrcLine): IrcLine | Batch | null {
    const [reference = '', type = '', ...params] = line.params;
    const name = reference.slice(1);
    if (reference.startsWith('+') && name !== '' && this.#open.size < MOST_OPEN) {
      const parent = line.tags.get('batch') ?? null;
      this.#open.set(name, { type, params, tags: line.tags, items: [], parent });
      return null;
    }
    const batch = param(line, 0).startsWith('-') ? this.#open.get(name) : undefined;
    if (batch === undefined) return null;
    this.#open.delete(name);
    const parent = batch.parent === null ? undefined : this.#open.get(batch.parent);
    if (parent !== undefined) {
      parent.items.push(batch);
      return null;
    }
    this.#lines = 0;
    for (const open of this.#open.values()) this.#lines += open.items.length;
    return batch;
  }
}
