import type { Contact, SubscriptionState } from '@natter/native-protocol';
import type { AccountId, FileId } from './identifiers.ts';

/** One side of the relation of two accounts: a row of the owner's roster. */
export interface RosterRow {
  readonly to: SubscriptionState;
  readonly from: SubscriptionState;
  /** The owner put it on the list; otherwise it is there for an open request or a block. */
  readonly listed: boolean;
  readonly blocked: boolean;
  readonly alias: string;
  readonly groups: readonly string[];
  readonly requestText: string;
}

/** What an owner wants done about a contact. */
export type RosterAction =
  | {
      readonly type: 'request';
      readonly text?: string;
      readonly alias?: string;
      readonly groups?: readonly string[];
    }
  | { readonly type: 'accept' | 'deny' | 'remove' | 'block' | 'unblock' }
  | { readonly type: 'update'; readonly alias?: string; readonly groups?: readonly string[] };

/** A change that took place. */
export interface RosterChange {
  /** The owner's row as it is now. */
  readonly contact: Contact | null;
  readonly version: number;
  /** Who may now see whose presence, and could not before, or the other way round. */
  readonly access: readonly {
    readonly watcher: AccountId;
    readonly watched: AccountId;
    readonly allowed: boolean;
  }[];
}

/** The roster at a version, or what changed since one. */
export interface RosterPage {
  readonly version: number;
  readonly full: boolean;
  readonly contacts: readonly Contact[];
  /** Addresses. */
  readonly removed: readonly string[];
}

/** Who knows whom. A change of one relation writes both sides and both update logs in one commit. */
export interface Rosters {
  /** Does what the owner wants. @throws Refusal by the rules of `transition`, `full` past the limit of contacts. */
  change(owner: AccountId, contact: AccountId, action: RosterAction): Promise<RosterChange>;
  read(owner: AccountId, since: number | null): Promise<RosterPage>;
  /** Who the account may watch: granted, and no block in either direction. */
  watchable(account: AccountId): Promise<readonly AccountId[]>;
  /** Whether something stands between the two: one has blocked the other, or the other account has ended. */
  blockBetween(account: AccountId, other: AccountId): Promise<'none' | 'own' | 'theirs' | 'ended'>;
  /**
   * Sets the picture of an account, and tells those who may see its presence, in one commit.
   * @throws Refusal `not-found`, `invalid` (no picture), `too-large`
   */
  setPicture(account: AccountId, picture: FileId | null): Promise<void>;
  /** The account has ended: takes it out of all relations, and tells who must be told of changed access. */
  end(account: AccountId): Promise<RosterChange['access']>;
}
