/** Turns the bytes of a line into text: UTF-8, and what is not UTF-8 by the fallback encoding, so that nothing is lost. */
export class LineDecoder {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #fallback: TextDecoder;

  /** Throws RangeError for an encoding that nobody knows. */
  constructor(fallback: string) {
    this.#fallback = new TextDecoder(fallback, { ignoreBOM: true });
  }

  decode(bytes: Uint8Array): string {
    try {
      return this.#utf8.decode(bytes);
    } catch {
      return this.#fallback.decode(bytes); // a line in one of the encodings before UTF-8
    }
  }
}
