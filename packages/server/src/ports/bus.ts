import type { WireError } from '@natter/native-protocol';
import type { AccountId, DeviceId } from './identifiers.ts';

/** Something to tell the live sessions of one account. */
export type Notice =
  /** Consecutive update log entries: `updates[0]` stands at `first`. */
  | { readonly kind: 'updates'; readonly first: number; readonly updates: readonly string[] }
  /** The JSON text of a push that is not stored. */
  | { readonly kind: 'push'; readonly text: string }
  /** From now on the account may (not) see the presence of `watched`. */
  | { readonly kind: 'access'; readonly watched: AccountId; readonly allowed: boolean }
  /** Sessions end: the one of a device, all but the one of a device, or all. */
  | { readonly kind: 'end'; readonly only?: DeviceId; readonly except?: DeviceId; readonly error: WireError };

/**
 * Wakes sessions. At most once, in order per publisher: a notice may be lost, and then a session finds out by
 * position and reads the store, which is the truth.
 */
export interface Bus {
  /** Never throws; nobody listening is fine. */
  publish(account: AccountId, notice: Notice): void;
  /** Calls the handler for each notice until the returned function is called. */
  subscribe(account: AccountId, handler: (notice: Notice) => void): () => void;
  /** The same for presence: whoever watches an account hears of its changes. */
  publishPresence(account: AccountId, text: string): void;
  subscribePresence(account: AccountId, handler: (text: string) => void): () => void;
}
