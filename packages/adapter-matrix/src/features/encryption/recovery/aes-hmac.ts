import type { JsonObject } from '@natter/core/model';

/** Matrix 1.16, section "m.secret_storage.v1.aes-hmac-sha2". */
export const SECRET_STORAGE_ALGORITHM = 'm.secret_storage.v1.aes-hmac-sha2';
/** What a key is checked with: 32 zero bytes under the empty name. */
const CHECK = '\0'.repeat(32);

/** A secret under a key. */
export interface SealedSecret {
  readonly iv: string;
  readonly ciphertext: string;
  readonly mac: string;
}

/** Encrypts a secret; its name is bound to it. */
export async function sealSecret(
  key: Uint8Array,
  name: string,
  secret: string,
  iv: Uint8Array = newVector(),
): Promise<SealedSecret> {
  const { cipher, mac } = await keysOf(key, name);
  const algorithm = { name: 'AES-CTR', counter: new Uint8Array(iv), length: 64 };
  const ciphertext = await crypto.subtle.encrypt(algorithm, cipher, new TextEncoder().encode(secret));
  const signature = await crypto.subtle.sign('HMAC', mac, ciphertext);
  return {
    iv: base64(iv),
    ciphertext: base64(new Uint8Array(ciphertext)),
    mac: base64(new Uint8Array(signature)),
  };
}

/** Decrypts a secret; null when the key, the name or the secret is another. */
export async function openSecret(key: Uint8Array, name: string, sealed: JsonObject): Promise<string | null> {
  const [iv, ciphertext, tag] = [sealed['iv'], sealed['ciphertext'], sealed['mac']].map(bytesOf);
  if (!iv || iv.length !== 16 || !ciphertext || !tag) return null;
  const { cipher, mac } = await keysOf(key, name);
  if (!(await crypto.subtle.verify('HMAC', mac, tag, ciphertext))) return null;
  const algorithm = { name: 'AES-CTR', counter: iv, length: 64 };
  return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, cipher, ciphertext));
}

/** By what a key can be told from another without a secret. */
export async function keyCheck(key: Uint8Array): Promise<{ iv: string; mac: string }> {
  const { iv, mac } = await sealSecret(key, '', CHECK);
  return { iv, mac };
}

/** Whether a key is the one that was described; undefined where the description has nothing to check it by. */
export async function fitsCheck(key: Uint8Array, description: JsonObject): Promise<boolean | undefined> {
  const iv = bytesOf(description['iv']);
  const mac = bytesOf(description['mac']);
  if (iv === null || mac === null || iv.length !== 16) return undefined;
  const again = await sealSecret(key, '', CHECK, iv);
  return again.mac === base64(mac);
}

/** The key of a passphrase (section "Deriving keys from passphrases"); null when the server asks for the absurd. */
export async function passphraseKey(passphrase: string, how: JsonObject): Promise<Uint8Array | null> {
  const { algorithm, salt, iterations, bits = 256 } = how;
  if (algorithm !== 'm.pbkdf2' || typeof salt !== 'string' || bits !== 256) return null;
  if (typeof iterations !== 'number' || !(iterations >= 1 && iterations <= MOST_ITERATIONS)) return null;
  const encoder = new TextEncoder();
  const base = await crypto.subtle.importKey('raw', encoder.encode(passphrase), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const parameters = { name: 'PBKDF2', salt: encoder.encode(salt), iterations, hash: 'SHA-512' };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, base, bits));
}

/** Ten times what clients choose: a server that wants more wants us to stand still. */
const MOST_ITERATIONS = 5_000_000;

/** With the bit cleared that some implementations cannot count past. */
function newVector(): Uint8Array<ArrayBuffer> {
  const iv = crypto.getRandomValues(new Uint8Array(16));
  iv[8] = (iv[8] ?? 0) & 0x7f;
  return iv;
}

async function keysOf(key: Uint8Array, name: string): Promise<{ cipher: CryptoKey; mac: CryptoKey }> {
  const { subtle } = crypto;
  const base = await subtle.importKey('raw', new Uint8Array(key), 'HKDF', false, ['deriveBits']);
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(8),
    info: new TextEncoder().encode(name),
  };
  const bits = await subtle.deriveBits(parameters, base, 512);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return {
    cipher: await subtle.importKey('raw', bits.slice(0, 32), 'AES-CTR', false, ['encrypt', 'decrypt']),
    mac: await subtle.importKey('raw', bits.slice(32), hmac, false, ['sign', 'verify']),
  };
}

/** Unpadded, as Matrix writes it. */
export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | null {
  if (typeof value !== 'string') return null;
  try {
    return Uint8Array.from(atob(value.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
  } catch {
    return null; // not base64: no key fits it
  }
}
