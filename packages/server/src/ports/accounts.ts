import type { AccountId, DeviceId } from './identifiers.ts';

/** Whether an account may be used. */
export type Standing =
  | { readonly state: 'active' }
  | { readonly state: 'suspended'; readonly reason: string; readonly until?: number };

/** An account without its secrets. */
export interface Account {
  readonly id: AccountId;
  /** What stands before the `@`. */
  readonly user: string;
  /** Display name. */
  readonly name: string;
  readonly standing: Standing;
}

/** An account to be made. */
export interface NewAccount {
  readonly user: string;
  readonly name: string;
  readonly passwordHash: string;
  /** An invitation that is used up by the same commit. */
  readonly invite?: string;
}

/** Accounts by name and id. */
export interface Accounts {
  /** @throws Refusal `name-taken`, or `invite-invalid` when an invitation is given and not good. */
  create(account: NewAccount): Promise<Account>;
  /** `null` also for one that has ended; the same below. */
  byUser(user: string): Promise<Account | null>;
  byId(id: AccountId): Promise<Account | null>;
  passwordHash(id: AccountId): Promise<string | null>;
  /** Sets the password and removes all devices but one. */
  changePassword(id: AccountId, passwordHash: string, keep: DeviceId): Promise<void>;
  /**
   * Ends an account: it cannot be signed in to any more, its devices are gone, and its name is given to nobody else. What
   * others know of it is removed by who calls `removals`.
   */
  remove(id: AccountId): Promise<void>;
  /** Accounts that have ended and that others may still know of. */
  removals(): Promise<readonly AccountId[]>;
  /** Nobody knows of the account any more. */
  removed(id: AccountId): Promise<void>;
  /** Calls back with the accounts that were changed from outside of this server since the last call. */
  onForeignChange(handler: () => void): () => void;
}
