import { hash, randomBytes } from 'node:crypto';

/** A device token: 256 random bits as base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. It has enough entropy to need no slow hash. */
export function tokenHash(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}
