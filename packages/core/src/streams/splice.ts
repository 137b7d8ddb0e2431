/**
 * One step from an older list of rows to a newer one: at position `at`, `drop` rows go and `rows` come. Splices are
 * applied in order, each to the outcome of the one before, and from the front on: the rows of a splice are those of the
 * newer list from `at` on.
 */
export interface Splice<T> {
  readonly at: number;
  readonly drop: number;
  readonly rows: readonly T[];
}

const manyRows = 10_000;

/** The list after the splices; the given one is left as it is. */
export function applySplices<T>(rows: readonly T[], splices: readonly Splice<T>[]): T[] {
  let next = [...rows];
  for (const { at, drop, rows: fresh } of splices) {
    if (!Number.isInteger(at) || !Number.isInteger(drop) || at < 0 || drop < 0 || at + drop > next.length) {
      throw new RangeError(`A splice of ${drop} rows at ${at} does not fit a list of ${next.length}.`);
    }
    // Not as arguments where they are many: these lie on the stack.
    if (fresh.length < manyRows) next.splice(at, drop, ...fresh);
    else next = [...next.slice(0, at), ...fresh, ...next.slice(at + drop)];
  }
  return next;
}

/**
 * The splices that lead from `before` to `after`. Rows are compared by reference and each may stand in a list once; a
 * row that moves is dropped in one place and comes in the other. Meant for windows: costs about the length of both.
 */
export function diffRows<T>(before: readonly T[], after: readonly T[]): Splice<T>[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (start + tail === before.length) {
    const rows = after.slice(start, after.length - tail);
    return rows.length === 0 ? [] : [{ at: start, drop: 0, rows }];
  }
  return middle(before, after, start, before.length - tail, after.length - tail);
}

function middle<T>(
  before: readonly T[],
  after: readonly T[],
  start: number,
  beforeEnd: number,
  afterEnd: number,
): Splice<T>[] {
  const wasAt = positions(before, start, beforeEnd);
  const isAt = positions(after, start, afterEnd);
  const splices: { at: number; drop: number; rows: T[] }[] = [];
  let i = start;
  let j = start;
  const step = (drop: number, rows: readonly T[]): void => {
    const last = splices.at(-1);
    if (last !== undefined && last.at + last.rows.length === j) {
      last.drop += drop;
      last.rows.push(...rows);
    } else splices.push({ at: j, drop, rows: [...rows] });
  };
  while (i < beforeEnd || j < afterEnd) {
    const old = before[i] as T;
    const fresh = after[j] as T;
    const oldGoesTo = i < beforeEnd ? isAt.get(old) : undefined;
    const freshWasAt = j < afterEnd ? wasAt.get(fresh) : undefined;
    if (i < beforeEnd && j < afterEnd && old === fresh) {
      i += 1;
      j += 1;
    } else if (i < beforeEnd && (oldGoesTo === undefined || oldGoesTo < j)) {
      step(1, []);
      i += 1;
    } else if (j < afterEnd && (freshWasAt === undefined || freshWasAt < i || i >= beforeEnd)) {
      step(0, [fresh]);
      j += 1;
    } else if ((oldGoesTo ?? 0) - j > (freshWasAt ?? 0) - i) {
      // Both rows stay and one of them moves: the one with the longer way, so that the rows between stay put.
      step(1, []);
      i += 1;
    } else {
      step(0, [fresh]);
      j += 1;
    }
  }
  return splices;
}

function positions<T>(rows: readonly T[], from: number, to: number): Map<T, number> {
  const found = new Map<T, number>();
  for (let i = from; i < to; i += 1) found.set(rows[i] as T, i);
  return found;
}
