import type { AccountPresence, Availability } from '@natter/native-protocol';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { PresenceState } from '../ports/presence-store.ts';
import type { Storage } from '../ports/storage.ts';
import { deviceWireId } from '../wire-ids.ts';

/** Times of the presence service, in milliseconds. */
export interface PresenceTimes {
  /** How long a lost connection is not yet told. */
  readonly grace: number;
  /** Changes of one account within this time are told as one. */
  readonly coalesce: number;
}

/** A device's place in the service. */
export interface PresentDevice {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly address: string;
}

/** Keeps who is there, and tells who watches: at most once an interval and account, and only what has changed. */
export class PresenceService {
  readonly #storage: Pick<Storage, 'presence' | 'bus'>;
  readonly #times: PresenceTimes;
  readonly #clock: () => number;
  readonly #onFault: (error: unknown) => void;
  readonly #leaving = new Map<DeviceId, NodeJS.Timeout>();
  readonly #told = new Map<AccountId, string>();
  #changed = new Map<AccountId, string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    storage: Pick<Storage, 'presence' | 'bus'>,
    times: PresenceTimes,
    clock: () => number,
    onFault: (error: unknown) => void,
  ) {
    this.#storage = storage;
    this.#times = times;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  async set(who: PresentDevice, availability: Availability, text: string | undefined): Promise<void> {
    const now = this.#clock();
    const presence =
      availability === 'offline'
        ? null
        : {
            device: deviceWireId(who.device),
            availability,
            ...(text === undefined || text === '' ? {} : { text }),
            since: now,
          };
    await this.#storage.presence.set(who.account, who.device, presence, now);
    this.#tellSoon(who);
  }

  /** The device has a connection (again): what it said before still holds. */
  arrived(device: DeviceId): void {
    const timer = this.#leaving.get(device);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#leaving.delete(device);
  }

  /** The connection broke: perhaps the device is back in a moment. */
  lost(who: PresentDevice): void {
    this.arrived(who.device);
    const timer = setTimeout(() => void this.left(who).catch(this.#onFault), this.#times.grace);
    timer.unref();
    this.#leaving.set(who.device, timer);
  }

  /** The device has gone on purpose. */
  left(who: PresentDevice): Promise<void> {
    this.arrived(who.device);
    return this.set(who, 'offline', undefined);
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tellSoon(who: PresentDevice): void {
    this.#changed.set(who.account, who.address);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tell().catch(this.#onFault);
    }, this.#times.coalesce);
  }

  async #tell(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Map();
    const states = await this.#storage.presence.getMany([...changed.keys()]);
    for (const [account, state] of states) {
      const text = presencePush(changed.get(account) ?? '', state);
      if (this.#told.get(account) === text) continue;
      if (state.devices.length > 0) this.#told.set(account, text);
      else this.#told.delete(account);
      this.#storage.bus.publishPresence(account, text);
    }
  }
}

/** What the wire says of an account's presence. */
export function accountPresence(address: string, state: PresenceState): AccountPresence {
  return {
    address,
    devices: state.devices,
    ...(state.lastSeen === undefined ? {} : { lastSeen: state.lastSeen }),
  };
}

/** The text of the push, which is the same for all who watch. */
export function presencePush(address: string, state: PresenceState): string {
  return JSON.stringify({ type: 'presence', ...accountPresence(address, state) });
}
