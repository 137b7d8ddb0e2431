import type { AccountPresence } from '@natter/native-protocol';
import type { AccountId } from '../ports/identifiers.ts';
import type { Storage } from '../ports/storage.ts';
import { accountPresence, presencePush } from './presence-service.ts';

/** Where an address comes from. */
type AddressOf = (account: AccountId) => Promise<string | null>;

/** One session's watch over the contacts whose presence it may see. */
export class PresenceWatch {
  readonly #storage: Pick<Storage, 'bus' | 'presence' | 'directory'>;
  readonly #push: (text: string) => void;
  readonly #addressOf: AddressOf;
  readonly #watched = new Map<AccountId, () => void>();

  constructor(
    storage: Pick<Storage, 'bus' | 'presence' | 'directory'>,
    push: (text: string) => void,
    addressOf: AddressOf,
  ) {
    this.#storage = storage;
    this.#push = push;
    this.#addressOf = addressOf;
  }

  /** Begins, and returns who is there now, and when others were. A change that comes while it is read is pushed after, so none is missed. */
  async start(account: AccountId): Promise<AccountPresence[]> {
    const watchable = await this.#storage.directory.rosters.watchable(account);
    for (const watched of watchable) this.#subscribe(watched);
    const states = await this.#storage.presence.getMany(watchable);
    const presences: AccountPresence[] = [];
    for (const [watched, state] of states) {
      const known = state.devices.length > 0 || state.lastSeen !== undefined;
      const address = known ? await this.#addressOf(watched) : null;
      if (address !== null) presences.push(accountPresence(address, state));
    }
    return presences;
  }

  /** A contact may be seen from now on, or no more: told as its state, or as offline. */
  async access(watched: AccountId, allowed: boolean): Promise<void> {
    if (allowed === this.#watched.has(watched)) return;
    const address = await this.#addressOf(watched);
    if (address === null) return;
    if (!allowed) {
      this.#watched.get(watched)?.();
      this.#watched.delete(watched);
      this.#push(presencePush(address, { devices: [] }));
      return;
    }
    this.#subscribe(watched);
    const state = (await this.#storage.presence.getMany([watched])).get(watched);
    if (state !== undefined && (state.devices.length > 0 || state.lastSeen !== undefined))
      this.#push(presencePush(address, state));
  }

  stop(): void {
    for (const unsubscribe of this.#watched.values()) unsubscribe();
    this.#watched.clear();
  }

  #subscribe(watched: AccountId): void {
    if (this.#watched.has(watched)) return;
    this.#watched.set(watched, this.#storage.bus.subscribePresence(watched, this.#push));
  }
}
