import { utf8 } from '../bytes.ts';
import { LinkError } from '../link-error.ts';
import type { Credentials } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

/** RFC 5802 section 5.1 and RFC 7677 section 4: fewer rounds make a stolen exchange cheap to break. */
const MIN_ITERATIONS = 4096;
/** More would let a server burn our processor. */
const MAX_ITERATIONS = 5_000_000;

/** A hash by its SCRAM name, and by the name WebCrypto has for it. */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/**
 * The SaltedPassword of RFC 5802 section 3, which is worth a password to the mechanism of that hash. Rejects with LinkError
 * `sasl-server` for what a server may not ask for.
 */
export async function saltPassword(
  hash: ScramHash,
  credentials: Credentials,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (salt.length === 0) throw new LinkError('sasl-server', 'the server sent no valid salt');
  if (!(iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS))
    throw new LinkError(
      'sasl-server',
      `the server asks for ${iterations} iterations, outside of ${MIN_ITERATIONS} to ${MAX_ITERATIONS}`,
    );
  const password = utf8(saslprep(await credentials.password()));
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const bits = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 }[hash];
  const algorithm = { name: 'PBKDF2', hash, salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, bits));
}
