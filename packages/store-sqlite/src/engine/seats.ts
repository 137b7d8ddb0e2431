import type { Statements } from './statements.ts';

/** Seats of one millisecond. */
const inMillisecond = 1024;
/** 2^53 seats, so that a number holds each of them: until the year 2248. */
const lastMillisecond = 2 ** 43 - 4096;

/** The first seat of a time. Times are claims of others: what is no time of this age sits at its edge. */
export function firstSeat(time: number): number {
  if (!Number.isFinite(time)) return time === Number.POSITIVE_INFINITY ? lastMillisecond * inMillisecond : 0;
  return Math.min(Math.max(Math.floor(time), 0), lastMillisecond) * inMillisecond;
}

/**
 * Gives message rows their ids so that descending ids are newest first, in the table and in the search index alike: then
 * "the newest 50" reads 50 entries from the end of a list and sorts nothing.
 */
export class Seats {
  readonly #statements: Statements;
  #highest: number | undefined;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** A free seat for a message of this time, behind those of the same time. */
  take(time: number): number {
    const first = firstSeat(time);
    this.#highest ??= this.#taken(0, Number.MAX_SAFE_INTEGER) ?? -1;
    const seat = first > this.#highest ? first : this.#free(first);
    this.#highest = Math.max(this.#highest, seat);
    return seat;
  }

  /** More than 1024 messages that claim one millisecond spill, ever wider, into those behind it. */
  #free(first: number): number {
    for (let width = inMillisecond; ; width *= 2) {
      const last = this.#taken(first, first + width - 1);
      if (last === null) return first;
      if (last < first + width - 1) return last + 1;
    }
  }

  #taken(from: number, to: number): number | null {
    const row = this.#statements
      .get('SELECT max(seat) AS seat FROM message WHERE seat BETWEEN ? AND ?')
      .get(from, to);
    return row?.['seat'] === null || row === undefined ? null : Number(row['seat']);
  }
}
