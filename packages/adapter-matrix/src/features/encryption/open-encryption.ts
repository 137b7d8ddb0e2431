import type { BaseHost } from '@natter/core';
import { fromBase64, toBase64 } from '@natter/wire';
import type { Encryption } from '../../encryption.ts';
import { STORE_KEY } from './names.ts';
import { SessionEncryption, type SessionEncryptionParts } from './session-encryption.ts';

/** Opens the encryption of a run. The first time a key is made for the store, and is durable before anything is in there. */
export async function openEncryption(parts: Omit<SessionEncryptionParts, 'storeKey'>): Promise<Encryption> {
  return SessionEncryption.open({ ...parts, storeKey: await storeKeyOf(parts.host) });
}

async function storeKeyOf(host: BaseHost): Promise<Uint8Array> {
  const known = fromBase64((await host.secret(STORE_KEY)) ?? '');
  if (known?.length === 32) return known;
  const made = crypto.getRandomValues(new Uint8Array(32));
  await host.setSecret(STORE_KEY, toBase64(made));
  return made;
}
