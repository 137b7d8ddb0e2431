import type { Change, StoredChange } from '../ports/index.ts';
import type { Journal } from './journal.ts';

/** What one commit added to the log. */
interface Part {
  /** The sequence number before its first change. */
  readonly after: number;
  readonly values: readonly Change[];
}

/** The change log, commit by commit as it was written: a change knows its number by its place. */
export class ChangeLog {
  #parts: Part[] = [];
  #last = 0;

  /** The newest sequence number. Outlives the changes themselves: none is given twice. */
  get last(): number {
    return this.#last;
  }

  /** Adds changes behind all others. */
  add(part: Part, journal: Journal): void {
    const { length } = this.#parts;
    const last = this.#last;
    journal.note(() => {
      this.#parts.length = length;
      this.#last = last;
    });
    this.#parts.push(part);
    this.#last = endOf(part);
  }

  /** Forgets the changes up to a sequence number. */
  remove(upTo: number, journal: Journal): void {
    const before = this.#parts;
    journal.note(() => void (this.#parts = before));
    this.#parts = before.slice(this.#partBehind(upTo));
    const [first] = this.#parts;
    if (first && first.after < upTo)
      this.#parts[0] = { after: upTo, values: first.values.slice(upTo - first.after) };
  }

  /** The changes behind a sequence number, oldest first. */
  read(after: number, limit: number): StoredChange[] {
    const found: StoredChange[] = [];
    for (let index = this.#partBehind(after); index < this.#parts.length; index += 1) {
      const part = this.#parts[index] as Part;
      for (let at = Math.max(0, after - part.after); at < part.values.length; at += 1) {
        if (found.length >= limit) return found;
        found.push({ sequence: part.after + at + 1, change: part.values[at] as Change });
      }
    }
    return found;
  }

  /** The first part that has a change behind a sequence number. */
  #partBehind(sequence: number): number {
    let low = 0;
    let high = this.#parts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (endOf(this.#parts[middle] as Part) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The sequence number of its last change. */
function endOf({ after, values }: Part): number {
  return after + values.length;
}
