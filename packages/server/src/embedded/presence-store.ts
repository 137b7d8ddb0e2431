import type { DevicePresence } from '@natter/native-protocol';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { PresenceState, PresenceStore } from '../ports/presence-store.ts';
import type { LastSeen } from './last-seen.ts';

/** Presence in memory: it ends with the process, as the connections do. When somebody was last there is kept. */
export class EmbeddedPresenceStore implements PresenceStore {
  readonly #devices = new Map<AccountId, Map<DeviceId, DevicePresence>>();
  readonly #lastSeen: LastSeen;

  constructor(lastSeen: LastSeen) {
    this.#lastSeen = lastSeen;
  }

  set(account: AccountId, device: DeviceId, presence: DevicePresence | null, now: number): Promise<void> {
    const devices = this.#devices.get(account) ?? new Map<DeviceId, DevicePresence>();
    if (presence === null) devices.delete(device);
    else devices.set(device, presence);
    if (devices.size > 0) this.#devices.set(account, devices);
    else if (this.#devices.delete(account)) this.#lastSeen.note(account, now);
    return Promise.resolve();
  }

  getMany(accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, PresenceState>> {
    return Promise.resolve(new Map(accounts.map((account) => [account, this.#get(account)])));
  }

  #get(account: AccountId): PresenceState {
    const devices = this.#devices.get(account);
    if (devices !== undefined) return { devices: [...devices.values()] };
    const lastSeen = this.#lastSeen.of(account);
    return lastSeen === undefined ? { devices: [] } : { devices: [], lastSeen };
  }
}
