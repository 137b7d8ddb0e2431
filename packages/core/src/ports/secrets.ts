import type { AccountId } from '../model/index.ts';

/**
 * Where passwords, tokens and keys live: an OS keyring, an encrypted file, a plain file by explicit choice. Rejects with a
 * NatterError of code `secret` when it is locked or broken; never falls back to something weaker.
 */
export interface SecretStore {
  /** A secret by its name in an account; `null` when there is none. */
  get(account: AccountId, name: string): Promise<string | null>;
  /** Durable when resolved; `null` forgets. */
  set(account: AccountId, name: string, value: string | null): Promise<void>;
  /** Forgets all secrets of an account. */
  removeAll(account: AccountId): Promise<void>;
}
