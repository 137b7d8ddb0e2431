import type { DevicePresence } from '@natter/native-protocol';
import type { AccountId, DeviceId } from './identifiers.ts';

/** What is known of an account's presence. */
export interface PresenceState {
  readonly devices: readonly DevicePresence[];
  /** With no devices: when the last one went offline, if one ever was there. Outlives the process. */
  readonly lastSeen?: number;
}

/** The presence of all accounts. Not durable, but for when somebody was last there. */
export interface PresenceStore {
  /** Sets a device's presence; `null` is offline. */
  set(account: AccountId, device: DeviceId, presence: DevicePresence | null, now: number): Promise<void>;
  /** The states of many accounts in one read; an account that was never seen has no devices. */
  getMany(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, PresenceState>>;
}
