import { createHash } from 'node:crypto';
import type { StartDigest } from './digest.ts';

/** By Node's own. */
export const startDigest: StartDigest = () => {
  const hash = createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), hex: () => Promise.resolve(hash.digest('hex')) };
};
