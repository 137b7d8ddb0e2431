/** A SHA-256 in the making. */
export interface Digest {
  update(chunk: Uint8Array): void;
  /** In hexadecimal; null where the platform could not take that much. */
  hex(): Promise<string | null>;
}

/** Bytes that a browser, which hashes only what it has as a whole, collects for it. */
const MOST_COLLECTED = 64 * 1024 * 1024;

/** By WebCrypto, for browsers. */
export function collectingDigest(): Digest {
  let parts: BlobPart[] | null = [];
  let size = 0;
  return {
    update(chunk) {
      size += chunk.length;
      if (size > MOST_COLLECTED) parts = null;
      else parts?.push(new Uint8Array(chunk));
    },
    async hex() {
      if (parts === null) return null;
      const bytes = await new Blob(parts).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
}
