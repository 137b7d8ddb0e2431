/** A SHA-256 in the making. */
export interface Digest {
  update(piece: Uint8Array): void;
  bytes(): Promise<Uint8Array>;
}

/** Begins one. */
export type StartDigest = () => Digest;
