import type { Event } from '@natter/core';
import type { BridgeOrigin, Opaque, RemoteKey } from '@natter/core/model';
import { type DiscoInfo } from '../mapping/disco.ts';
import type { Runtime } from '../runtime.ts';
import { parseAddress } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import type { EntityInfo } from './entity-info.ts';
import type { Services } from './services.ts';

/** One entry for each gateway that was found: its domain, and what is behind it. */
const PREFIX = 'gateway:';
/** Gateways that are asked what they are. */
const MOST_GATEWAYS = 30;

/**
 * Contacts that live behind a gateway are shown on the network that they are really on. Who is a gateway: a service that our own
 * server names, or one that is itself on the contact list as registering with it puts it there, and that says so when *it* is asked
 * (XEP-0030, category `gateway`). What anybody else says of themselves counts for nothing.
 */
export class Gateways {
  readonly #runtime: Runtime;
  readonly #services: Services;
  readonly #entities: EntityInfo;

  constructor(runtime: Runtime, services: Services, entities: EntityInfo) {
    this.#runtime = runtime;
    this.#services = services;
    this.#entities = entities;
  }

  /** What an earlier process found. */
  async recall(): Promise<void> {
    const { host, memory } = this.#runtime;
    for (const [key, text] of Object.entries(await host.state(PREFIX))) {
      const origin = readOrigin(text);
      if (origin !== null) memory.gateways.set(key.slice(PREFIX.length), origin);
    }
  }

  /** Finds out who is one, and what that means for whom we know. */
  async look(signal: AbortSignal): Promise<void> {
    const { host } = this.#runtime;
    try {
      const found = await this.#find(signal);
      const { events, state } = this.#changes(found);
      if (events.length > 0 || Object.keys(state).length > 0)
        await this.#runtime.commits.batch({ origin: 'snapshot', events, state });
    } catch (error) {
      if (!signal.aborted)
        host.log('info', 'xmpp-gateways-unknown', { condition: asWireError(error).message });
    }
  }

  async #find(signal: AbortSignal): Promise<Map<string, BridgeOrigin>> {
    const { memory } = this.#runtime;
    const services = await this.#services.list(signal);
    const asked = new Map<string, DiscoInfo>(services.map(({ address, info }) => [address, info]));
    const listed = [...memory.contacts].filter((contact) => parseAddress(contact)?.local === '');
    for (const address of listed.slice(0, MOST_GATEWAYS))
      if (!asked.has(address)) asked.set(address, await this.#entities.of(address, signal));
    const found = new Map<string, BridgeOrigin>();
    for (const [address, info] of asked) {
      const origin = originOf(info);
      const domain = parseAddress(address)?.domain;
      if (origin !== null && domain !== undefined) found.set(domain, origin);
    }
    return found;
  }

  #changes(found: ReadonlyMap<string, BridgeOrigin>): {
    events: Event[];
    state: Record<string, Opaque | null>;
  } {
    const { memory } = this.#runtime;
    const state: Record<string, Opaque | null> = {};
    const changed = new Map<string, BridgeOrigin | null>();
    for (const [domain, origin] of found)
      if (JSON.stringify(memory.gateways.get(domain)) !== JSON.stringify(origin)) changed.set(domain, origin);
    for (const [domain, origin] of changed) {
      if (origin !== null) memory.gateways.set(domain, origin);
      state[PREFIX + domain] = JSON.stringify(origin);
    }
    const news = (key: RemoteKey): BridgeOrigin | null | undefined =>
      changed.get(parseAddress(key)?.domain ?? '');
    const contacts = [...memory.contacts].flatMap((key): Event[] => {
      const bridge = news(key);
      return bridge === undefined
        ? []
        : [{ type: 'upsert', of: 'contact', key, value: { address: key, bridge } }];
    });
    const rooms = [...memory.rooms.keys()].flatMap((key): Event[] => {
      const bridge = news(key);
      return bridge === undefined ? [] : [{ type: 'upsert', of: 'conversation', key, value: { bridge } }];
    });
    return { events: [...contacts, ...rooms], state };
  }
}

/** The network behind a contact's or a room's address, as far as it is known. */
export function bridgeOf(
  gateways: ReadonlyMap<string, BridgeOrigin>,
  address: RemoteKey,
): BridgeOrigin | null {
  return gateways.get(parseAddress(address)?.domain ?? '') ?? null;
}

/**
 * XEP-0030 and the registry of identities: the type says which network. Gateways to networks that are all rooms say that they
 * are conferences, and of which kind (biboumi: `conference/irc`); `text` is a conference of XMPP itself.
 */
function originOf({ identities }: DiscoInfo): BridgeOrigin | null {
  const identity =
    identities.find(({ category }) => category === 'gateway') ??
    identities.find(({ category, type }) => category === 'conference' && type !== 'text');
  if (identity === undefined || !/^[a-z0-9][a-z0-9.-]{0,31}$/.test(identity.type)) return null;
  return { network: identity.type, name: identity.name?.slice(0, 100) ?? identity.type };
}

function readOrigin(text: string): BridgeOrigin | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { network, name } = value as Partial<Record<keyof BridgeOrigin, unknown>>;
    return typeof network === 'string' && typeof name === 'string' ? { network, name } : null;
  } catch {
    return null; // state of another version: it is asked again
  }
}
