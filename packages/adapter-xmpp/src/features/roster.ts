import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Event } from '@natter/core';
import { Element } from '@xmpp/xml';
import { mapRosterItem, type SubscriptionKnowledge } from '../mapping/roster.ts';
import type { Memory } from '../memory.ts';
import type { Runtime } from '../runtime.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import { mapError } from '../mapping/errors.ts';
import { bridgeOf } from './gateways.ts';

/** The version of the roster that is stored. */
const VERSION_KEY = 'roster';
/**
 * One entry for each contact, because a roster that has not changed is not told again: `w` for one that may see our presence (a
 * watcher), `d` for one that refused to let us see theirs, and `a` for one whose request is approved ahead: the last two are
 * not told by every server.
 */
const CONTACT_PREFIX = 'contact:';

/** The contact list (RFC 6121 section 2), fetched only where the stored one is older than the server's. */
export class Roster {
  readonly #runtime: Runtime;
  readonly #knowledge: SubscriptionKnowledge;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const { requested, denied, gateways } = runtime.memory;
    this.#knowledge = {
      requested: (key) => requested.has(key),
      denied: (key) => denied.has(key),
      bridge: (key) => bridgeOf(gateways, key),
    };
  }

  /** Remembers of the stored roster what an earlier process knew. */
  async recall(): Promise<void> {
    const { host, memory } = this.#runtime;
    for (const [name, flags] of Object.entries(await host.state(CONTACT_PREFIX))) {
      const key = remoteKey(name.slice(CONTACT_PREFIX.length));
      memory.contacts.add(key);
      if (flags.includes('w')) memory.watchers.add(key);
      if (flags.includes('d')) memory.denied.add(key);
      if (flags.includes('a')) memory.approved.add(key);
    }
  }

  /** Brings the stored roster up to date. A roster that cannot be had does not keep messages from flowing. */
  async load(versioned: boolean, signal: AbortSignal): Promise<void> {
    const { host, stream } = this.#runtime;
    host.roster('loading');
    const query = new Element('query', { xmlns: NS.roster });
    if (versioned) query.attrs['ver'] = (await host.state(VERSION_KEY))[VERSION_KEY] ?? '';
    try {
      const result = await stream.request('get', null, query, signal);
      const roster = result.getChild('query', NS.roster);
      if (roster !== undefined) await this.#replace(roster); // absent: the stored one is current (section 2.6)
      host.roster('ready');
    } catch (error) {
      const failure = asWireError(error);
      if (failure.code !== 'stanza-error' && failure.code !== 'timeout') throw failure;
      host.roster('failed');
      host.attention([
        { about: 'roster', text: 'The contact list could not be fetched.', error: mapError(failure) },
      ]);
    }
  }

  /** A change that the server tells (section 2.1.6). Only our own account may: CVE-2015-8688, CVE-2016-9928. */
  async push(iq: Element, number: number): Promise<boolean> {
    const item = iq.getChild('query', NS.roster)?.getChild('item');
    const event = item === undefined ? null : mapRosterItem(item, this.#knowledge);
    if (event === null) return false;
    const version: unknown = iq.getChild('query', NS.roster)?.attrs['ver'];
    const state = {
      ...this.#remember(event),
      ...(typeof version === 'string' ? { [VERSION_KEY]: version } : {}),
    };
    return this.#runtime.commits.stanza(number, { origin: 'live', events: [event], state });
  }

  async #replace(roster: Element): Promise<void> {
    const generation = crypto.randomUUID();
    const events: Event[] = [{ type: 'sweep', of: 'contact', generation, end: false }];
    const { watchers, contacts } = this.#runtime.memory;
    const state: Record<string, string | null> = {};
    for (const key of contacts) state[CONTACT_PREFIX + key] = null;
    watchers.clear();
    contacts.clear();
    for (const item of roster.getChildren('item', NS.roster)) {
      const event = mapRosterItem(item, this.#knowledge);
      if (event === null || event.type === 'remove') continue;
      Object.assign(state, this.#remember(event));
      events.push(event);
    }
    events.push({ type: 'sweep', of: 'contact', generation, end: true });
    const version: unknown = roster.attrs['ver'];
    state[VERSION_KEY] = typeof version === 'string' ? version : null;
    await this.#runtime.commits.batch({ origin: 'snapshot', events, state });
  }

  /** Takes note of what the roster says, and gives what of it must outlive the process. */
  #remember(event: Event): Record<string, string | null> {
    const { watchers, requested, denied, approved, contacts } = this.#runtime.memory;
    if (event.type === 'remove') {
      const key = remoteKey(event.key);
      for (const set of [watchers, requested, denied, approved, contacts]) set.delete(key);
      return { [CONTACT_PREFIX + key]: null };
    }
    if (event.type !== 'upsert' || event.of !== 'contact') return {};
    const { key, value } = event;
    const { to, from } = value.subscription ?? {};
    contacts.add(key);
    if (to === 'granted' || to === 'pending') denied.delete(key);
    if (from === 'granted') {
      requested.delete(key);
      approved.delete(key);
      watchers.add(key);
    } else watchers.delete(key);
    return contactState(this.#runtime.memory, key);
  }
}

/** What is stored of a contact for the next process. */
export function contactState(
  { watchers, denied, approved }: Pick<Memory, 'watchers' | 'denied' | 'approved'>,
  key: RemoteKey,
): Record<string, string> {
  const flags = [watchers.has(key) ? 'w' : '', denied.has(key) ? 'd' : '', approved.has(key) ? 'a' : ''];
  return { [CONTACT_PREFIX + key]: flags.join('') };
}

/** Whether a stanza may speak for our own account: nobody but our server and ourselves (RFC 6121 section 2.1.6). */
export function fromOwnAccount(stanza: Element, own: string): boolean {
  const from: unknown = stanza.attrs['from'];
  return from === undefined || from === own;
}
