import type { AccountId, DeviceId } from './identifiers.ts';

/** An entry of an update log: the JSON text of a protocol `Update`. */
export interface InboxEntry {
  readonly position: number;
  readonly update: string;
}

/** Consecutive entries, and where the log ends. */
export interface InboxPage {
  readonly entries: readonly InboxEntry[];
  readonly head: number;
}

/**
 * The update log of every account: dense positions, one order for all devices. Entries are written by the methods
 * of the other ports, in the commit of what they tell about.
 */
export interface Inbox {
  /** The last position; 0 when the log is empty. */
  head(account: AccountId): Promise<number>;
  /** Entries after a position: at most `limit`, and at most about `bytes` of text but always one if there is one. */
  since(account: AccountId, after: number, limit: number, bytes: number): Promise<InboxPage>;
  /** Notes how far a device has come. Lazily durable: a crash may set it back, which costs nothing. */
  acknowledge(account: AccountId, device: DeviceId, position: number): Promise<void>;
}
