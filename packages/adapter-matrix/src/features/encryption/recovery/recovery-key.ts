import { decodeBase58, encodeBase58 } from './base58.ts';

/** Matrix 1.16, section "Recovery key": two bytes, the key, and a byte that makes the exclusive or of all of them zero. */
const PREFIX = [0x8b, 0x01];
const KEY_BYTES = 32;

/** A key as a person writes it down: groups of four. */
export function writeRecoveryKey(key: Uint8Array): string {
  const bytes = [...PREFIX, ...key];
  const parity = bytes.reduce((sum, byte) => sum ^ byte, 0);
  const text = encodeBase58(Uint8Array.from([...bytes, parity]));
  return text.match(/.{1,4}/g)?.join(' ') ?? text;
}

/** The key that somebody has typed; null when it is no recovery key, or one with a mistake. */
export function readRecoveryKey(text: string): Uint8Array | null {
  const bytes = text.length > 200 ? null : decodeBase58(text.replace(/\s/g, ''));
  if (bytes === null || bytes.length !== PREFIX.length + KEY_BYTES + 1) return null;
  if (PREFIX.some((byte, at) => bytes[at] !== byte)) return null;
  if (bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return null;
  return bytes.slice(PREFIX.length, PREFIX.length + KEY_BYTES);
}
