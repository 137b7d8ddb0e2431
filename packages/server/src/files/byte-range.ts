/** A stretch of a file: from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks for (RFC 9110 section 14.2): the whole file for none, for one that makes no sense, and for
 * several ranges at once, which nobody needs to be served; `null` when nothing of the file lies in it.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): (ByteRange & { partial: boolean }) | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { start: 0, end: size, partial: false };
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { start: size - length, end: size, partial: true };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return { start: 0, end: size, partial: false };
  return start >= size ? null : { start, end, partial: true };
}
