import type { OwnPresence, Presence, RemoteKey } from '@natter/core/model';
import type { Ephemeral, Event } from '@natter/core';
import type { Element } from '@xmpp/xml';
import { readPresence, writePresence, writeSubscription } from '../mapping/presence.ts';
import { writeVcardHash } from '../mapping/avatar.ts';
import { readNick } from '../mapping/personal.ts';
import { forgetOldest } from '../memory.ts';
import type { Runtime } from '../runtime.ts';
import { NS } from '../wire/namespaces.ts';
import type { EntityInfo } from './entity-info.ts';
import type { Profiles } from './profiles.ts';
import { contactState } from './roster.ts';

/** Strangers may send presence too, from as many addresses as they like. */
const MOST_PRESENCES = 100_000;
const OFFLINE: Presence = {
  availability: 'offline',
  text: null,
  since: null,
  expiresAt: null,
  priority: 0,
  device: null,
};

/** Who is there (RFC 6121 section 4) and who may know (section 3). */
export class PresenceFeature {
  readonly #runtime: Runtime;

  readonly #profiles: Profiles;

  readonly #entities: EntityInfo;

  constructor(runtime: Runtime, profiles: Profiles, entities: EntityInfo) {
    this.#runtime = runtime;
    this.#profiles = profiles;
    this.#entities = entities;
  }

  /** Tells contacts how we are. */
  announce(presence: OwnPresence): void {
    const stanza = writePresence(presence);
    const { self, stream, memory } = this.#runtime;
    if (presence.availability !== 'invisible') {
      stanza.append(self.announce());
      if (memory.ownPicture !== undefined) stanza.append(writeVcardHash(memory.ownPicture));
    }
    stream.send(stanza);
    memory.ownPresence = presence;
  }

  /** The same once more, as something that goes with it has changed. */
  announceAgain(): void {
    const { ownPresence } = this.#runtime.memory;
    if (ownPresence !== null) this.announce(ownPresence);
  }

  /** The same, unless contacts know it from the session that goes on (XEP-0198 section 5). */
  announceChange(presence: OwnPresence): void {
    const told = this.#runtime.memory.ownPresence;
    if (told?.availability !== presence.availability || told.text !== presence.text) this.announce(presence);
  }

  /** A resumed session is not told again who is there: what we knew still holds. */
  repeatKnown(): void {
    const events: Ephemeral[] = [];
    for (const [key, resources] of this.#runtime.memory.presences) {
      for (const [resource, presence] of resources) {
        events.push({ type: 'presence', key, resource: resource === '' ? null : resource, presence });
      }
    }
    if (events.length > 0) this.#runtime.host.hint(events);
  }

  /** Takes a presence stanza; false when there is nothing in it to store. */
  receive(stanza: Element, number: number): boolean {
    const update = readPresence(stanza);
    if (update === null) return false;
    if (update.kind === 'presence') {
      if (update.contact === this.#runtime.own) {
        this.#profiles.lookAtOurs(stanza);
        return false; // our own devices are no contacts
      }
      this.#remember(update.contact, update.resource, update.presence);
      this.#profiles.lookAt(stanza);
      this.#entities.lookAt(stanza);
      this.#runtime.host.hint([
        { type: 'presence', key: update.contact, resource: update.resource, presence: update.presence },
      ]);
      return false;
    }
    if (update.change === 'subscribe' && this.#runtime.memory.approved.has(update.contact)) {
      this.#runtime.stream.send(writeSubscription(update.contact, 'subscribed'));
      return false; // the roster push behind it tells that it is so
    }
    const event = this.#subscription(
      update.contact,
      update.change,
      update.text,
      readNick(stanza.getChild('nick', NS.nick)),
    );
    if (event === null) return false;
    const { commits, memory } = this.#runtime;
    const state = memory.contacts.has(update.contact) ? contactState(memory, update.contact) : {};
    void commits.stanza(number, { origin: 'live', events: [event], state });
    return true;
  }

  /** What an unanswered subscription stanza changes; the rest comes as a roster push. */
  #subscription(contact: RemoteKey, change: string, text: string, nick: string | null): Event | null {
    const { requested, denied } = this.#runtime.memory;
    const upsert = (subscription: object, request?: string | null): Event => ({
      type: 'upsert',
      of: 'contact',
      key: contact,
      value: {
        address: contact,
        subscription,
        ...(request === undefined ? {} : { request }),
        // XEP-0172 section 4.2: who asks may say what to call them.
        ...(nick === null || change !== 'subscribe' ? {} : { name: nick }),
      },
    });
    switch (change) {
      case 'subscribe':
        requested.add(contact);
        return upsert({ from: 'pending' }, text);
      case 'unsubscribe': // they do not want to see us any more, or took their request back
        requested.delete(contact);
        return upsert({ from: 'none' }, null);
      case 'subscribed': // a claim of theirs; that it is so, our own server tells by a roster push
        denied.delete(contact);
        return null;
      default:
        denied.add(contact);
        return upsert({ to: 'denied' });
    }
  }

  #remember(contact: RemoteKey, resource: string | null, presence: Presence | null): void {
    const { presences } = this.#runtime.memory;
    const resources = presences.get(contact) ?? new Map<string, Presence>();
    presences.set(contact, resources);
    if (presence === null) resources.delete(resource ?? '');
    else resources.set(resource ?? '', presence);
    // The contact as a whole speaks only while none of its resources does.
    if (presence !== null && resource !== null) resources.delete('');
    if (resources.size === 0) resources.set('', OFFLINE);
    forgetOldest(presences, MOST_PRESENCES);
  }
}
