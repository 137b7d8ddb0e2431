import type { DevicePresence } from '@natter/native-protocol';
import type { AccountId, DeviceId } from './identifiers.ts';

/** What is known of an account's presence. */
export interface PresenceState {
  readonly devices: readonly DevicePresence[];
  /** When the last device went offline, if it did since the store began. */
  readonly lastSeen?: number;
}

/** The presence of all accounts. Not durable. */
export interface PresenceStore {
  /** Sets a device's presence; `null` is offline. */
  set(account: AccountId, device: DeviceId, presence: DevicePresence | null, now: number): Promise<void>;
  /** The states of many accounts in one read; an account that was never seen has no devices. */
  getMany(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, PresenceState>>;
}
