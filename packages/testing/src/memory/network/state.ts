import type { MemberState, OwnPresence, Role } from '@natter/core';
import type { Profile } from '../profile.ts';
import type { Link } from './link.ts';
import {
  Refusal,
  type Body,
  type Change,
  type Passing,
  type RosterEntry,
  type Update,
  type WireConversation,
  type WireMember,
} from './protocol.ts';

/** Somebody's account on the network. */
export interface Account {
  address: string;
  name: string | null;
  password: string;
  suspended: boolean;
  roster: Map<string, RosterEntry>;
  /** Everything its devices must learn, in order; position 1 is index 0. */
  log: Update[];
  /** The connected devices, by device id. */
  devices: Map<string, Link>;
  presence: OwnPresence | null;
  since: number;
}

/** A message as the server keeps it. `from` is the account, so that it outlives renames. */
export interface StoredMessage {
  id: string;
  position: number;
  from: Account;
  clientId: string | null;
  sentAt: number;
  body: Body;
  locked: boolean;
  changes: Change[];
}

/** A conversation on the server. */
export interface Room {
  key: string;
  /** The client id it was created with: asking again gives the same room. */
  clientId: string | null;
  kind: 'direct' | 'group' | 'channel';
  title: string | null;
  topic: string | null;
  members: Map<Account, { role: Role; state: MemberState }>;
  messages: StoredMessage[];
}

/** What the server knows. */
export class State {
  readonly profile: Profile;
  readonly accounts: Map<string, Account> = new Map();
  readonly rooms: Set<Room> = new Set();
  readonly files: Map<string, Uint8Array> = new Map();
  /** Keys that a room has had. */
  readonly formerKeys: Map<string, Room> = new Map();
  /** Ids that a message has had. */
  readonly formerIds: Map<string, string> = new Map();
  #counter = 0;
  #clock = Date.UTC(2026, 0, 1);

  constructor(profile: Profile) {
    this.profile = profile;
  }

  /** A name nobody has yet. */
  fresh(prefix: string): string {
    return `${prefix}${++this.#counter}`;
  }

  /** The server's clock: a second passes whenever somebody looks at it. */
  now(): number {
    return (this.#clock += 1000);
  }

  account(address: string): Account {
    const account = this.accounts.get(address);
    if (account === undefined) throw new Refusal('not-found', `nobody is called ${address}`);
    return account;
  }

  /** The room that an account means by a key; only members know group keys, everybody may know a channel's. */
  room(key: string, viewer: Account): Room {
    for (const room of this.rooms) if (this.keyFor(room, viewer) === key) return room;
    const former = this.formerKeys.get(key);
    if (former !== undefined) return former;
    throw new Refusal('not-found', `there is no conversation ${key}`);
  }

  /** The room, if the account is inside. */
  roomOf(key: string, member: Account): Room {
    const room = this.room(key, member);
    if (room.members.get(member)?.state !== 'joined') throw new Refusal('forbidden', `you are not in ${key}`);
    return room;
  }

  /** How an account calls a room: where nothing is kept, a direct conversation is just the other's name. */
  keyFor(room: Room, viewer: Account): string {
    if (this.profile.keeps || room.kind !== 'direct') return room.key;
    return otherThan(room, viewer)?.address ?? room.key;
  }

  viewOf(room: Room, viewer: Account): WireConversation {
    const own = room.members.get(viewer);
    const state = own?.state;
    return {
      key: this.keyFor(room, viewer),
      kind: room.kind,
      with: room.kind === 'direct' ? (otherThan(room, viewer)?.address ?? null) : null,
      title: room.title,
      topic: room.topic,
      state: state === 'joined' || state === 'invited' || state === 'banned' ? state : 'left',
      role: own?.role ?? 'none',
    };
  }

  /** Tells all devices of an account, and keeps it where the network keeps things. */
  tell(account: Account, update: Update): number {
    account.log.push(update);
    const at = account.log.length;
    for (const link of account.devices.values()) link.push({ at, update });
    return at;
  }

  /** Tells who is there, and forgets it. */
  pass(account: Account, passing: Passing): void {
    for (const link of account.devices.values()) link.push({ at: null, update: passing });
  }

  tellMembers(room: Room, update: (member: Account) => Update): void {
    for (const [member, { state }] of room.members) if (state === 'joined') this.tell(member, update(member));
  }

  tellMember(room: Room, about: Account): void {
    this.tellMembers(room, (member) => ({
      type: 'member',
      conversation: this.keyFor(room, member),
      member: memberOf(room, about),
    }));
  }
}

/** A member as others see it. */
export function memberOf(room: Room, account: Account): WireMember {
  const { role, state } = room.members.get(account) ?? { role: 'none', state: 'left' };
  return { address: account.address, name: account.name, role, state };
}

/** The other side of a direct conversation. */
export function otherThan(room: Room, viewer: Account): Account | undefined {
  return [...room.members.keys()].find((member) => member !== viewer);
}
