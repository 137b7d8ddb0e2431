import { ProtocolViolation } from './guard.ts';

/** A connection that carries bytes: what `Duplex.toWeb` makes of a socket. */
export interface ByteDuplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

const NEWLINE = 0x0a;

/** Reads lines and blocks of a known length from a stream of bytes that is cut anywhere. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(readable: ReadableStream<Uint8Array>) {
    this.#reader = readable.getReader();
  }

  /** The next line without its end, or null at the end of the stream. A last line without an end is cut off: no line. */
  async line(maxBytes: number): Promise<string | null> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end);
      length += part.length;
      if (length > maxBytes) throw new ProtocolViolation(`A line of more than ${maxBytes} bytes.`);
      parts.push(part);
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        return decode(join(parts, length));
      }
      if (!(await this.#more())) return null;
    }
  }

  /** Exactly so many bytes, or null when the stream ends before. */
  async block(length: number): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [];
    let missing = length;
    for (;;) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
      if (missing === 0) return join(parts, length);
      if (!(await this.#more())) return null;
    }
  }

  /** Reads on until the other side has ended, and drops what comes. */
  async drain(): Promise<void> {
    while (await this.#more()) continue;
  }

  /** Stops reading. */
  async cancel(): Promise<void> {
    // A stream that has failed already cannot be cancelled; there is nothing left to stop.
    await this.#reader.cancel().catch(() => {});
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    this.#rest = value ?? new Uint8Array(0);
    return !done;
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ProtocolViolation('A line is not UTF-8.');
  }
}
