import { byteLength } from '../wire/format-line.ts';
import { splitText } from './split-text.ts';

/** What a server takes in one message of several lines: the value of the capability `draft/multiline`. */
export interface MultilineLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** One line of it; `continues` the line before (`draft/multiline-concat`) or begins a new one. */
export interface MultilinePart {
  readonly text: string;
  readonly continues: boolean;
}

/** Reads `max-bytes=40000,max-lines=10`; null for a server that has no such messages or does not say how long they may be. */
export function readMultilineLimits(value: string | undefined): MultilineLimits | null {
  const bytes = /(?:^|,)max-bytes=(\d{1,9})(?:,|$)/.exec(value ?? '')?.[1];
  if (bytes === undefined) return null;
  const lines = /(?:^|,)max-lines=(\d{1,9})(?:,|$)/.exec(value ?? '')?.[1];
  return { bytes: Number(bytes), lines: lines === undefined ? Number.POSITIVE_INFINITY : Number(lines) };
}

/** The lines of a text whose pieces have at most `limit` bytes; null when it is one line or more than the server takes. */
export function multilineOf(
  text: string,
  limit: number,
  limits: MultilineLimits,
): readonly MultilinePart[] | null {
  const parts = text.split('\n').flatMap((line) => partsOf(line, limit));
  const bytes = parts.reduce(
    (sum, part, index) => sum + byteLength(part.text) + (index > 0 && !part.continues ? 1 : 0),
    0,
  );
  if (parts.length < 2 || parts.length > limits.lines || bytes > limits.bytes) return null;
  // A message of nothing but empty lines is none.
  return parts.some((part) => part.text !== '') ? parts : null;
}

/** A line in pieces. A space at which it is cut goes to the next piece: some servers drop it at the end of a line. */
function partsOf(line: string, limit: number): MultilinePart[] {
  if (line === '') return [{ text: '', continues: false }];
  let carried = '';
  const pieces = splitText(line, limit - 1);
  return pieces.map((piece, index) => {
    const whole = carried + piece;
    const moves = whole.endsWith(' ') && index < pieces.length - 1;
    carried = moves ? ' ' : '';
    return { text: moves ? whole.slice(0, -1) : whole, continues: index > 0 };
  });
}

/** The text as others put it together. */
export function joinParts(parts: readonly MultilinePart[]): string {
  return parts.map(({ text, continues }, index) => (index > 0 && !continues ? '\n' : '') + text).join('');
}
