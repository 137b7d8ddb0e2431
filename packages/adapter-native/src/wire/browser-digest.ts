import type { StartDigest } from './digest.ts';

/** Bytes that are collected for a hash: a browser hashes only what it has as a whole. */
const mostCollected = 64 * 1024 * 1024;

/** By WebCrypto. */
export const startDigest: StartDigest = () => {
  let parts: BlobPart[] | null = [];
  let size = 0;
  return {
    update(chunk) {
      size += chunk.length;
      if (size > mostCollected) parts = null;
      else parts?.push(new Uint8Array(chunk));
    },
    async hex() {
      if (parts === null) return null;
      const hash = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer());
      return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
};
