import type { DiscoInfo } from './mapping/disco.ts';
import type { Room } from './features/rooms/room.ts';
import type { Event } from '@natter/core';
import type { BridgeOrigin, OperationId, OwnPresence, Presence, RemoteKey } from '@natter/core/model';
import type { Invitation } from './mapping/rooms/invitation.ts';
import type { Unacknowledged } from './wire/stream-management.ts';

/** Where an operation's stanza stood in which managed session. */
export interface SentPosition {
  /** The server's name for the session. */
  readonly session: string;
  readonly number: number;
}

/** Most ids whose sender is remembered. */
const MOST_SENDERS = 5_000;
/** Most messages whose key is remembered by the archive's id. */
const MOST_KEYS = 5_000;
/** Most sessions that were cut whose count is remembered. */
const MOST_SESSIONS = 20;

/** What one account's session remembers from one connection attempt to the next. Nothing here must survive the process. */
export class Memory {
  /** Operations whose stanza left and was not acknowledged. */
  readonly unacknowledged: Map<OperationId, SentPosition> = new Map();
  /** How much of a session that was cut the server had handled, by the session's name; the latest few. */
  readonly handled: Map<string, number> = new Map();
  /** What was sent in the session that was cut last, with nobody to look after it, and may not have arrived. */
  left: { readonly session: string; readonly stanzas: readonly Unacknowledged[] } | null = null;
  /** What contacts were told of us in the session that goes on. */
  ownPresence: OwnPresence | null = null;
  /** The hash of our picture as presence tells it (XEP-0153), null for none; undefined where we say nothing of it. */
  ownPicture: string | null | undefined = undefined;
  /** Where the server sent us when it ended the last stream. */
  elsewhere: string | null = null;
  /** Presence by contact and resource (empty for the contact as a whole). */
  readonly presences: Map<RemoteKey, Map<string, Presence>> = new Map();
  /** Who is on the contact list: nobody else becomes a contact by what they tell of themselves. */
  readonly contacts: Set<RemoteKey> = new Set();
  /** The gateways there are, by their domain. */
  readonly gateways: Map<string, BridgeOrigin> = new Map();
  /** By which hash senders announce what they are (XEP-0115), by their full address. */
  readonly announced: Map<string, { readonly node: string; readonly ver: string; readonly hash: string }> =
    new Map();
  /** What is behind such a hash, where it was verified. */
  readonly descriptions: Map<string, DiscoInfo> = new Map();
  /** The pictures of contacts, by their hash. */
  readonly pictures: Map<RemoteKey, { readonly from: 'pep' | 'vcard'; readonly hash: string | null }> =
    new Map();
  /** Contacts whose request waits for our answer, and contacts who refused ours. */
  readonly requested: Set<RemoteKey> = new Set();
  readonly denied: Set<RemoteKey> = new Set();
  /** Contacts whose request we agree to before they make it: we asked them first (RFC 6121 section 3.4). */
  readonly approved: Set<RemoteKey> = new Set();
  /** Contacts that may see our presence: only they are told that a message arrived (XEP-0184 section 8). */
  readonly watchers: Set<RemoteKey> = new Set();
  /** The rooms that we are in, or want to be in. */
  readonly rooms: Map<RemoteKey, Room> = new Map();
  /** By whom, and with what password, we were invited into rooms that we have not entered. */
  readonly invitations: Map<RemoteKey, Omit<Invitation, 'room'>> = new Map();
  readonly #senders = new Map<string, RemoteKey>();
  readonly #keys = new Map<string, RemoteKey>();

  /** The server told how many of our stanzas it had handled when a session was cut. */
  endedSession(session: string, handled: number): void {
    this.handled.delete(session);
    this.handled.set(session, handled);
    forgetOldest(this.handled, MOST_SESSIONS);
  }

  /** Remembers who chose an id, for references that do not say. */
  sawMessage(conversation: RemoteKey, claimed: string, sender: RemoteKey): void {
    this.#senders.set(`${conversation}\n${claimed}`, sender);
    forgetOldest(this.#senders, MOST_SENDERS);
  }

  /** Remembers the keys of messages, for references by the archive's id alone. */
  sawKeys(events: readonly Event[]): void {
    for (const event of events) {
      if (event.type !== 'timeline') continue;
      for (const { stable } of event.items) {
        const id = stable?.split(' ', 1)[0];
        if (stable !== null && id !== undefined) this.#keys.set(`${event.conversation}\n${id}`, stable);
      }
    }
    forgetOldest(this.#keys, MOST_KEYS);
  }

  /** The key of a message with an id of the archive, if it was seen here. */
  keyOf(conversation: RemoteKey, archiveId: string): RemoteKey | null {
    return this.#keys.get(`${conversation}\n${encodeURIComponent(archiveId)}`) ?? null;
  }

  senderOf(conversation: RemoteKey, claimed: string): RemoteKey | null {
    return this.#senders.get(`${conversation}\n${claimed}`) ?? null;
  }
}

/** A Map keeps the order of insertion: the first entry is the oldest. */
export function forgetOldest<Key>(map: Map<Key, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
