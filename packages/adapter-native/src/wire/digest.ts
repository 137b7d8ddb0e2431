/** A SHA-256 in the making. */
export interface Digest {
  update(chunk: Uint8Array): void;
  /** In lower-case hexadecimal; `null` where the platform could not take that much. */
  hex(): Promise<string | null>;
}

/** The one function that differs between Node and browsers; see `#digest` in package.json. */
export type StartDigest = () => Digest;
