import { createHash } from 'node:crypto';
import type { Platform } from '../http.ts';
import { NodeHttpClient } from './http-client.ts';
import { openLoopback } from './loopback.ts';

/** HTTP over TCP with happy eyeballs and verified TLS. */
export const nodePlatform: Platform = {
  open: (trust, limits) => new NodeHttpClient(trust, limits),
  startDigest() {
    const hash = createHash('sha256');
    return { update: (piece) => void hash.update(piece), bytes: () => Promise.resolve(hash.digest()) };
  },
  loopback: openLoopback,
};
