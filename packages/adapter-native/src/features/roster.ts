import { remoteKey, type Event, type Opaque } from '@natter/core';
import type { Contact, Roster } from '@natter/native-protocol';
import { contactEvent, isWatched } from '../mapping/contact.ts';
import { errorOf } from '../mapping/errors.ts';
import { parsePosition } from '../mapping/keys.ts';
import type { Context } from './context.ts';

/** Keys of the adapter's durable state: the version of the stored roster, and whose presence we are told. */
const versionKey = 'roster';
const watchedPrefix = 'watched:';

/**
 * The contact list: what has changed since the stored version is read at sign-in, and the update log tells the rest. That
 * contacts are watched is kept beside them, since the server names only those who are not offline.
 */
export class RosterCopy {
  readonly #context: Context;
  readonly #watched = new Set<string>();
  #version = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The version that was read at sign-in; what the update log says of older ones is behind it. */
  get version(): number {
    return this.#version;
  }

  /** The addresses of contacts whose presence we are told. */
  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  /** Reads and stores it. A server that cannot give it leaves the account usable: the stored one stays. */
  async load(): Promise<void> {
    const { host } = this.#context;
    host.roster('loading');
    const known = await this.#known();
    let roster: Roster;
    try {
      roster = await this.#fetch(known);
    } catch (caught) {
      const error = errorOf(caught, 'account');
      if (error.condition === undefined) throw caught;
      host.roster('failed');
      host.attention([{ about: 'roster', text: 'the contact list could not be read', error }]);
      return;
    }
    await this.#store(roster);
    host.attention([]);
    host.roster('ready');
  }

  /** What changed by the update log: gives the durable state to store with it. */
  apply(
    contacts: ReadonlyMap<string, Contact | null>,
    version: number | null,
  ): Record<string, Opaque | null> {
    const state: Record<string, Opaque | null> = version === null ? {} : { [versionKey]: String(version) };
    for (const [address, contact] of contacts) state[watchedPrefix + address] = this.#watch(address, contact);
    return state;
  }

  async #known(): Promise<number | undefined> {
    const { host } = this.#context;
    for (const key of Object.keys(await host.state(watchedPrefix)))
      this.#watched.add(key.slice(watchedPrefix.length));
    return parsePosition((await host.state(versionKey))[versionKey] ?? '') ?? undefined;
  }

  async #fetch(version: number | undefined): Promise<Roster> {
    const since = version === undefined ? {} : { version };
    const roster = await this.#context.connection.request('roster', (id) => ({
      type: 'roster',
      id,
      ...since,
    }));
    // A server that was set back to an older backup: what we have has never been there.
    const setBack = version !== undefined && !roster.full && roster.version < version;
    return setBack ? this.#context.connection.request('roster', (id) => ({ type: 'roster', id })) : roster;
  }

  async #store(roster: Roster): Promise<void> {
    const { account, host } = this.#context;
    const { contacts, removed, full, version } = roster;
    const changed = new Map<string, Contact | null>(removed.map((address) => [address, null]));
    if (full) for (const address of this.#watched) changed.set(address, null);
    for (const contact of contacts) changed.set(contact.address, contact);
    this.#version = version;
    const rows: Event[] = [
      ...removed.map((address): Event => ({ type: 'remove', of: 'contact', key: remoteKey(address) })),
      ...contacts.map(contactEvent),
    ];
    const generation = String(version);
    const sweep = (end: boolean): Event[] =>
      full ? [{ type: 'sweep', of: 'contact', generation, end }] : [];
    await host.commit({
      origin: 'snapshot',
      events: [
        { type: 'self', key: remoteKey(account.address), address: account.address, name: account.name },
        ...sweep(false),
        ...rows,
        ...sweep(true),
      ],
      state: this.apply(changed, version),
    });
  }

  #watch(address: string, contact: Contact | null): Opaque | null {
    const watched = contact !== null && isWatched(contact);
    if (watched) this.#watched.add(address);
    else this.#watched.delete(address);
    return watched ? '1' : null;
  }
}
