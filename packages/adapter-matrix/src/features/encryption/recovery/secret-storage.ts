import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import type { KeyCall } from '../key-api.ts';
import {
  fitsCheck,
  keyCheck,
  openSecret,
  passphraseKey,
  sealSecret,
  SECRET_STORAGE_ALGORITHM,
} from './aes-hmac.ts';
import { readRecoveryKey } from './recovery-key.ts';

/** The key that secrets are stored with, as the server describes it. */
export interface StorageKeyDescription {
  readonly id: string;
  readonly description: JsonObject;
}

/** A key that was found to fit. */
export interface StorageKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const ITERATIONS = 500_000;

/** Secrets on the server under a key that only the user has (Matrix 1.16, section "Secret storage"). */
export class SecretStorage {
  readonly #call: (call: KeyCall) => Promise<JsonObject>;
  readonly #userId: string;

  constructor(userId: string, call: (call: KeyCall) => Promise<JsonObject>) {
    this.#userId = userId;
    this.#call = call;
  }

  /** The key that is in use; null where the account has no secret storage. */
  async current(): Promise<StorageKeyDescription | null> {
    const { key: id } = (await this.#read('m.secret_storage.default_key')) ?? {};
    if (typeof id !== 'string') return null;
    const description = await this.#read(`m.secret_storage.key.${id}`);
    return description?.['algorithm'] === SECRET_STORAGE_ALGORITHM ? { id, description } : null;
  }

  /**
   * The key out of what the user has typed: a recovery key, or the passphrase.
   * @throws NatterError `authentication` when it is another key: nothing has changed
   */
  async unlock({ id, description }: StorageKeyDescription, typed: string): Promise<StorageKey> {
    const { passphrase } = description;
    const candidates = [readRecoveryKey(typed)];
    if (typeof passphrase === 'object' && passphrase !== null && !Array.isArray(passphrase))
      candidates.push(await passphraseKey(typed, passphrase as JsonObject));
    for (const bytes of candidates) {
      if (bytes !== null && (await this.#fits(id, description, bytes))) return { id, bytes };
    }
    throw wrongKey(candidates[0] !== null);
  }

  /** Makes a new key and puts it to use; what other keys protect stays. */
  async create(bytes: Uint8Array, passphrase?: JsonObject): Promise<StorageKey> {
    const id = crypto.randomUUID().replaceAll('-', '');
    const description = {
      algorithm: SECRET_STORAGE_ALGORITHM,
      ...(await keyCheck(bytes)),
      ...(passphrase === undefined ? {} : { passphrase }),
    };
    await this.#write(`m.secret_storage.key.${id}`, description);
    await this.#write('m.secret_storage.default_key', { key: id });
    return { id, bytes };
  }

  /** A secret; null when it is not stored with this key. */
  async read(name: string, key: StorageKey): Promise<string | null> {
    const sealed = await this.#sealed(name, key.id);
    return sealed === null ? null : openSecret(key.bytes, name, sealed);
  }

  async write(name: string, secret: string, key: StorageKey): Promise<void> {
    await this.#write(name, { encrypted: { [key.id]: { ...(await sealSecret(key.bytes, name, secret)) } } });
  }

  /** Keys of old clients say nothing to check them by: then a secret must open. */
  async #fits(id: string, description: JsonObject, bytes: Uint8Array): Promise<boolean> {
    const fits = await fitsCheck(bytes, description);
    if (fits !== undefined) return fits;
    const sealed = await this.#sealed('m.cross_signing.master', id);
    return sealed !== null && (await openSecret(bytes, 'm.cross_signing.master', sealed)) !== null;
  }

  async #sealed(name: string, id: string): Promise<JsonObject | null> {
    const { encrypted } = (await this.#read(name)) ?? {};
    const sealed = isObject(encrypted) && Object.hasOwn(encrypted, id) ? encrypted[id] : undefined;
    return isObject(sealed) ? sealed : null;
  }

  async #read(type: string): Promise<JsonObject | null> {
    try {
      return await this.#call({ method: 'GET', path: this.#path(type) });
    } catch (error) {
      if (error instanceof Error && 'errcode' in error && error.errcode === 'M_NOT_FOUND') return null;
      throw error;
    }
  }

  async #write(type: string, body: JsonObject): Promise<void> {
    await this.#call({ method: 'PUT', path: this.#path(type), body });
  }

  #path(type: string): string[] {
    return ['client', 'v3', 'user', this.#userId, 'account_data', type];
  }
}

/** A key out of a passphrase, and what the server must keep so that it can be made again. */
export async function newPassphraseKey(passphrase: string): Promise<{ bytes: Uint8Array; how: JsonObject }> {
  const how = { algorithm: 'm.pbkdf2', salt: crypto.randomUUID(), iterations: ITERATIONS, bits: 256 };
  const bytes = await passphraseKey(passphrase, how);
  if (bytes === null) throw new TypeError('our own parameters are refused');
  return { bytes, how };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongKey(wellFormed: boolean): NatterError {
  const what = wellFormed
    ? 'this recovery key is not the one of this account'
    : 'this is not the recovery key or passphrase of this account';
  return new NatterError(
    errorData('authentication', `${what}; nothing was changed, try again`, {
      scope: 'account',
      userAction: 'retry',
    }),
  );
}
