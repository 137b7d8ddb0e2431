import type { Sender } from '@natter/core';
import { remoteKey, type RemoteKey, type Target } from '@natter/core/model';
import { participantKey, type Occupant } from '../../mapping/rooms/occupant.ts';
import { formatRoomMessageKey } from '../../mapping/keys.ts';
import { forgetOldest } from '../../memory.ts';
import type { NS } from '../../wire/namespaces.ts';

/** What a room was found to be (XEP-0045 section 6.4). */
export interface RoomTraits {
  readonly name: string | null;
  /** It keeps what is said (XEP-0313). */
  readonly archive: boolean;
  /** It gives messages ids of its own, and takes away what others forge (XEP-0359). */
  readonly stanzaIds: boolean;
  /** The same for occupants (XEP-0421). */
  readonly occupantIds: boolean;
  /** The namespace by which it lets moderators remove what others said (XEP-0425); null where it does not. */
  readonly moderation: typeof NS.moderation | typeof NS.oldModeration | null;
  readonly membersOnly: boolean;
}

/** A room of which nothing is known believes nobody. */
export const UNKNOWN_TRAITS: RoomTraits = {
  name: null,
  archive: false,
  stanzaIds: false,
  occupantIds: false,
  moderation: null,
  membersOnly: false,
};

/** What is remembered of a room over a restart. */
export interface RoomRecord {
  readonly nick: string;
  /** The newest message up to which the room's archive is stored without a hole. */
  readonly last: RemoteKey | null;
  /** When that was, for rooms without an archive (milliseconds since 1970). */
  readonly lastAt: number | null;
  /** We are not to enter again by ourselves. What is said to its address is still known to be a room's. */
  readonly left: boolean;
}

/** Most occupants and most message authors that are remembered of one room. */
const MOST_OCCUPANTS = 10_000;
const MOST_AUTHORS = 5_000;

/** One room that we are in, enter, or were in a moment ago. */
export class Room {
  readonly address: RemoteKey;
  readonly own: RemoteKey;
  nick: string;
  last: RemoteKey | null;
  lastAt: number | null;
  left: boolean;
  traits: RoomTraits = UNKNOWN_TRAITS;
  phase: 'entering' | 'inside' | 'outside' = 'outside';
  /** When the room last said anything (`performance.now()`). */
  heardAt = 0;
  /** Whether what was missed has been fetched, so that live messages may be stored behind it. */
  caughtUp = false;
  /** What came meanwhile, in its order. */
  waiting: (() => void)[] = [];
  ownOccupantId: string | null = null;
  readonly occupants: Map<string, Occupant> = new Map();
  readonly #authors = new Map<string, { claimed: string | null; self: boolean }>();

  constructor(address: RemoteKey, own: RemoteKey, { nick, last, lastAt, left }: RoomRecord) {
    this.address = address;
    this.own = own;
    this.nick = nick;
    this.last = last;
    this.lastAt = lastAt;
    this.left = left;
  }

  get record(): RoomRecord {
    return { nick: this.nick, last: this.last, lastAt: this.lastAt, left: this.left };
  }

  /** Everything that holds for one visit only. */
  startVisit(nick: string): void {
    this.nick = nick;
    this.phase = 'entering';
    this.caughtUp = false;
    this.waiting = [];
    this.ownOccupantId = null;
    this.occupants.clear();
  }

  remember(occupant: Occupant): void {
    this.occupants.set(occupant.nick, occupant);
    forgetOldest(this.occupants, MOST_OCCUPANTS);
  }

  /** The occupant as a participant. */
  senderOf({ nick, occupantId, address }: Pick<Occupant, 'nick' | 'occupantId' | 'address'>): Sender {
    const id = this.traits.occupantIds ? occupantId : null;
    if (nick === this.nick && (id === null || this.ownOccupantId === null || id === this.ownOccupantId))
      return this.#self(nick);
    return {
      key: participantKey(this.address, nick, id),
      self: false,
      contact: address,
      name: nick,
      proof: address !== null ? 'account' : id !== null ? 'occupant' : 'nick',
    };
  }

  /** Who says something now: the room lets nobody speak under the nick of another occupant. */
  speaker(nick: string, occupantId: string | null): Sender {
    const occupant = this.occupants.get(nick);
    const same = occupant !== undefined && (!this.traits.occupantIds || occupant.occupantId === occupantId);
    return this.senderOf({ nick, occupantId, address: same ? occupant.address : null });
  }

  /**
   * Who said something in the past. A nick may have been anybody's then: without an id of the occupant it makes no
   * message ours, unless that carries an id which only we make.
   */
  formerSpeaker(nick: string, occupantId: string | null, madeHere: boolean): Sender {
    const id = this.traits.occupantIds ? occupantId : null;
    if (id !== null && id === this.ownOccupantId) return this.#self(nick);
    if (id === null && nick === this.nick && madeHere) return this.#self(nick);
    const occupant = this.occupants.get(nick);
    const address = id !== null && occupant?.occupantId === id ? occupant.address : null;
    return {
      key: participantKey(this.address, nick, id),
      self: false,
      contact: address,
      name: nick,
      proof: address !== null ? 'account' : id !== null ? 'occupant' : 'nick',
    };
  }

  #self(nick: string): Sender {
    return { key: remoteKey(this.own), self: true, contact: null, name: nick, proof: 'account' };
  }

  /** The occupant behind a participant's key. */
  occupantOf(key: RemoteKey): Occupant | null {
    for (const occupant of this.occupants.values()) if (this.senderOf(occupant).key === key) return occupant;
    return null;
  }

  sawMessage(id: string, claimed: string | null, self: boolean): void {
    this.#authors.set(id, { claimed, self });
    forgetOldest(this.#authors, MOST_AUTHORS);
  }

  /** What is known of the message with an id of this room. */
  authorOf(id: string): { claimed: string | null; self: boolean } | null {
    return this.#authors.get(id) ?? null;
  }

  /** In a room that gives ids, others refer to messages by those. */
  targetOf(id: string): Target | null {
    return this.traits.stanzaIds ? { stable: formatRoomMessageKey(id) } : null;
  }
}
