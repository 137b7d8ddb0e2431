import { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';

const LF = 10;
const CR = 13;
const AT = 64;
const SPACE = 32;

/**
 * Cuts bytes into lines. A line that has not ended lies in one buffer that grows to the limit and no further, so that a
 * byte is copied once and a line without end costs no more than a long one.
 */
export class LineSplitter {
  readonly #limits: Pick<WireLimits, 'tagBytes' | 'bodyBytes'>;
  readonly #short: number;
  #buffer = new Uint8Array(1024);
  #length = 0;
  /** Where the body of the line begins; null while its tags have not ended. */
  #body: number | null = null;

  constructor(limits: Pick<WireLimits, 'tagBytes' | 'bodyBytes'>) {
    this.#limits = limits;
    this.#short = Math.min(limits.tagBytes, limits.bodyBytes);
  }

  /** The lines that end in this chunk, without their ends and without empty ones. Throws WireError `limit`. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
      if (this.#length === 0 && end >= 0 && piece.length <= this.#short) {
        // The usual line is whole and within every limit: it is read where it is, without being copied.
        at = end + 1;
        const line = withoutReturns(piece);
        if (line.length > 0) yield line;
        continue;
      }
      // What is longer than any line is not even copied.
      if (piece.length + this.#length > this.#limits.tagBytes + this.#limits.bodyBytes) throw tooLong();
      this.#append(piece);
      this.#checkLength();
      if (end < 0) return;
      at = end + 1;
      const line = this.#take();
      if (line.length > 0) yield line;
    }
  }

  #append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  #checkLength(): void {
    if (this.#body === null) {
      const space = this.#buffer[0] === AT ? this.#buffer.subarray(0, this.#length).indexOf(SPACE) + 1 : 0;
      if (this.#buffer[0] === AT && space === 0) {
        if (this.#length > this.#limits.tagBytes) throw tooLong();
        return;
      }
      if (space > this.#limits.tagBytes) throw tooLong();
      this.#body = space;
    }
    if (this.#length - this.#body > this.#limits.bodyBytes) throw tooLong();
  }

  #take(): Uint8Array {
    const line = withoutReturns(this.#buffer.subarray(0, this.#length)).slice();
    this.#length = 0;
    this.#body = null;
    return line;
  }
}

function withoutReturns(line: Uint8Array): Uint8Array {
  let end = line.length;
  while (end > 0 && line[end - 1] === CR) end -= 1;
  return line.subarray(0, end);
}

function tooLong(): WireError {
  return new WireError('limit', 'the server sent a line that is longer than IRC allows');
}
