/**
 * Order keys that the hub mints where the network gives none: a fixed-width number in base 62, so that appending is
 * counting, and a fraction behind it where something must go between two neighbours. Compared bytewise.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const width = 9;
const step = 1024;
const middle = 2 ** 52;

/** The first key of a conversation: in the middle, so that history can grow to both sides. */
export function firstRank(): string {
  return encode(middle);
}

/** A key behind `last`. */
export function rankAfter(last: string): string {
  return encode(whole(last) + step);
}

/** Ascending keys for `count` rows strictly between two keys; `null` is an open end. */
export function ranksBetween(low: string | null, high: string | null, count: number): string[] {
  if (low === null && high === null) return run(middle, count);
  if (high === null) return run(whole(low ?? '') + step, count);
  if (low === null) return run(whole(high) - step * count, count);
  const from = whole(low);
  const room = whole(high) - from;
  if (room > count) {
    return Array.from({ length: count }, (_, index) =>
      encode(from + Math.floor((room * (index + 1)) / (count + 1))),
    );
  }
  return bisect(low, high, count);
}

function run(start: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => encode(start + step * index));
}

/** Halves again and again, so that n keys between tight neighbours grow by log n characters and not by n. */
function bisect(low: string, high: string, count: number): string[] {
  if (count === 0) return [];
  const half = Math.floor(count / 2);
  const centre = midpoint(low, high);
  return [...bisect(low, centre, half), centre, ...bisect(centre, high, count - half - 1)];
}

/**
 * A string strictly between two, reading both as fractions in base 62. Never ends in `0`, the digit that adds nothing, so
 * there is always room below it. Assumes `low < high`, and that `high` is not `low` followed by zeros: no key here is.
 */
function midpoint(low: string, high: string): string {
  let prefix = '';
  for (let index = 0; ; index += 1) {
    const a = digitAt(low, index, 0);
    const b = digitAt(high, index, digits.length);
    if (a === b) prefix += digits[a];
    else if (b - a > 1) return prefix + digits[Math.floor((a + b) / 2)];
    else return prefix + digits[a] + above(low, index + 1);
  }
}

/** The shortest fraction above the rest of `low`. */
function above(low: string, from: number): string {
  let prefix = '';
  for (let index = from; ; index += 1) {
    const a = digitAt(low, index, 0);
    if (a < digits.length - 1) return prefix + digits[Math.ceil((a + digits.length) / 2)];
    prefix += digits[a];
  }
}

function digitAt(text: string, index: number, otherwise: number): number {
  const character = text[index];
  return character === undefined ? otherwise : digits.indexOf(character);
}

function whole(rank: string): number {
  let value = 0;
  for (let index = 0; index < width; index += 1) value = value * digits.length + digitAt(rank, index, 0);
  return value;
}

function encode(value: number): string {
  let text = '';
  for (let rest = value, index = 0; index < width; index += 1) {
    text = digits[rest % digits.length] + text;
    rest = Math.floor(rest / digits.length);
  }
  return text;
}
