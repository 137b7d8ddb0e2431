import { SPACE_CAPABILITIES } from '../capabilities.ts';
import type { ConversationIn } from '@natter/core';
import type { BridgeOrigin, ConversationState, MemberState } from '@natter/core/model';
import { own } from '@natter/wire';
import { get, getList, getMap, getNumber, getText, type JsonMap } from '../wire/json.ts';
import { isBridgeEvent, readBridge, type Bridge } from './bridge.ts';
import { isEventId, isRoomAlias, isRoomId, isUserId, keyOf } from './keys.ts';
import { readMediaAddress } from './media.ts';
import { hasPrivilegedCreators, roleOf, type Power } from './power.ts';
import type { RoomEvent } from './room-event.ts';

/** Where somebody stands in a room. */
export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban';

/** Somebody in a room, as its member event tells. */
export interface Person {
  readonly membership: Membership;
  readonly name: string | null;
  readonly avatar: string | null;
}

/** What we remember of a room from one synchronisation to the next, which tells only what has changed. */
export interface Room {
  readonly id: string;
  /** Ours. */
  readonly membership: Membership;
  readonly name: string | null;
  readonly alias: string | null;
  readonly topic: string | null;
  readonly avatar: string | null;
  /** `m.space` and its like; null for a plain room. */
  readonly type: string | null;
  /** Whether anybody may enter; null until its rules were told, which is so while it is being made. */
  readonly open: boolean | null;
  readonly encrypted: boolean;
  readonly power: Power;
  /** Who invited us, and whether as to a direct conversation. */
  readonly inviter: string | null;
  readonly direct: boolean;
  readonly heroes: readonly string[];
  readonly joined: number | null;
  readonly invited: number | null;
  /** A few others, by id: the heroes and whoever a direct conversation is with. */
  readonly people: Readonly<Record<string, Person>>;
  /** The last event that is stored. */
  readonly last: string | null;
  /** The last of them that is a message. */
  readonly lastMessage: string | null;
  readonly predecessor: string | null;
  readonly successor: string | null;
  /** The operation of ours that made it. */
  readonly operation: string | null;
  /** Null for a room that is nobody else's. */
  readonly bridge: Bridge | null;
  /** Events that are pinned for everybody, in their order. */
  readonly pins: readonly string[];
  /** The rooms of a space. */
  readonly children: readonly string[];
  /** Its successor is its conversation now. */
  readonly replaced: boolean;
  readonly pinned: boolean;
}

/** The type of a room that holds others and in which nobody says anything. */
export const SPACE = 'm.space';
/** The content key by which a room tells the operation that made it. */
export const OPERATION = 'im.natter.operation';
/** People of one room that are remembered. */
const MOST_PEOPLE = 12;
const MOST_CHILDREN = 1000;
const MOST_PINS = 200;
const MOST_TEXT = 4096;

/** A room of which nothing is known yet. */
export function newRoom(id: string, membership: Membership): Room {
  return {
    id,
    membership,
    name: null,
    alias: null,
    topic: null,
    avatar: null,
    type: null,
    open: null,
    encrypted: false,
    power: { content: null, creators: [], privileged: false },
    inviter: null,
    direct: false,
    heroes: [],
    joined: null,
    invited: null,
    people: {},
    last: null,
    lastMessage: null,
    predecessor: null,
    successor: null,
    operation: null,
    bridge: null,
    pins: [],
    children: [],
    replaced: false,
    pinned: false,
  };
}

/** The room after a state event. What is not understood changes nothing. */
export function applyState(room: Room, event: RoomEvent, self: string): Room {
  const { type, stateKey, content } = event;
  if (type === 'm.room.member') return applyMember(room, event, self);
  if (type === 'm.space.child') return applyChild(room, event);
  if (isBridgeEvent(event)) return { ...room, bridge: readBridge(event, self) ?? room.bridge };
  if (stateKey !== '') return room;
  switch (type) {
    case 'm.room.name':
      return { ...room, name: readRoomText(content, 'name') };
    case 'm.room.topic':
      return { ...room, topic: readRoomText(content, 'topic') };
    case 'm.room.pinned_events':
      return { ...room, pins: readPins(content) };
    case 'm.room.avatar':
      return { ...room, avatar: readAvatar(get(content, 'url')) };
    case 'm.room.canonical_alias': {
      const alias = get(content, 'alias');
      return { ...room, alias: isRoomAlias(alias) ? alias : null };
    }
    case 'm.room.create':
      return applyCreate(room, event);
    case 'm.room.join_rules':
      return { ...room, open: getText(content, 'join_rule') === 'public' };
    case 'm.room.encryption':
      return { ...room, encrypted: true }; // it cannot be taken back
    case 'm.room.power_levels':
      return { ...room, power: { ...room.power, content } };
    case 'm.room.tombstone': {
      const successor = get(content, 'replacement_room');
      return { ...room, successor: isRoomId(successor) ? successor : null };
    }
    default:
      return room;
  }
}

function applyCreate(room: Room, { content, sender }: RoomEvent): Room {
  const predecessor = get(getMap(content, 'predecessor'), 'room_id');
  const additional = get(content, 'additional_creators');
  const more: readonly unknown[] = Array.isArray(additional) ? additional : [];
  const privileged = hasPrivilegedCreators(getText(content, 'room_version') ?? '1');
  const creators = privileged ? [sender, ...more.filter(isUserId).slice(0, 100)] : [sender];
  const operation = get(content, OPERATION);
  return {
    ...room,
    type: getText(content, 'type')?.slice(0, 255) ?? null,
    power: { ...room.power, creators, privileged },
    predecessor: isRoomId(predecessor) ? predecessor : null,
    operation: typeof operation === 'string' && operation.length <= 100 ? operation : null,
  };
}

/** Matrix 1.16, section "Spaces": a child whose event names no server to find it by has been taken out. */
function applyChild(room: Room, { stateKey, content }: RoomEvent): Room {
  if (!isRoomId(stateKey)) return room;
  const others = room.children.filter((child) => child !== stateKey);
  const inside = getList(content, 'via').length > 0 && others.length < MOST_CHILDREN;
  return { ...room, children: inside ? [...others, stateKey] : others };
}

function applyMember(room: Room, event: RoomEvent, self: string): Room {
  const { stateKey, content, sender } = event;
  const person = readPerson(content);
  if (!isUserId(stateKey) || person === null) return room;
  if (stateKey === self) {
    const invited = person.membership === 'invite';
    const direct = invited ? get(content, 'is_direct') === true : room.direct;
    return { ...room, membership: person.membership, inviter: invited ? sender : room.inviter, direct };
  }
  const known = Object.hasOwn(room.people, stateKey);
  if (!known && Object.keys(room.people).length >= MOST_PEOPLE && !room.heroes.includes(stateKey))
    return room;
  return { ...room, people: Object.fromEntries([...Object.entries(room.people), [stateKey, person]]) };
}

/** Reads a member event's content; null when it does not say where the member stands. */
export function readPerson(content: JsonMap): Person | null {
  const membership = get(content, 'membership');
  if (!isMembership(membership)) return null;
  return {
    membership,
    name: readRoomText(content, 'displayname'),
    avatar: readAvatar(get(content, 'avatar_url')),
  };
}

/** Whether a value says where somebody stands. */
export function isMembership(value: unknown): value is Membership {
  return ['join', 'invite', 'knock', 'leave', 'ban'].includes(String(value));
}

/** The room with what a synchronisation sums up; what is absent has not changed. */
export function applySummary(room: Room, summary: JsonMap | undefined): Room {
  const heroes = get(summary, 'm.heroes');
  return {
    ...room,
    heroes: Array.isArray(heroes) ? heroes.filter(isUserId).slice(0, MOST_PEOPLE) : room.heroes,
    joined: getNumber(summary, 'm.joined_member_count') ?? room.joined,
    invited: getNumber(summary, 'm.invited_member_count') ?? room.invited,
  };
}

const STATES: Record<Membership, ConversationState & MemberState> = {
  join: 'joined',
  invite: 'invited',
  knock: 'knocking',
  leave: 'left',
  ban: 'banned',
};

/** Where somebody stands, in natter's words. */
export function stateOf(membership: Membership): ConversationState & MemberState {
  return STATES[membership];
}

/** What a room is as a conversation. `partner` is the other side of a direct one; null for the others. */
export function conversationOf(
  room: Room,
  {
    self,
    partner,
    muted,
    space,
  }: { self: string; partner: string | null; muted: boolean; space: string | null },
): ConversationIn {
  return {
    ...(partner === null
      ? { ...kindOf(room), state: stateOf(room.membership) }
      : { kind: 'direct', state: 'joined', contact: keyOf(partner) }),
    title: partner === null ? titleOf(room) : null,
    topic: room.topic,
    avatar: room.avatar === null ? null : { hash: room.avatar, remote: room.avatar },
    encrypted: room.encrypted,
    bridge: originOf(room),
    role: room.membership === 'join' ? roleOf(room.power, self) : 'none',
    parent: space === null || partner !== null ? null : keyOf(space),
    ...(room.type === SPACE ? { capabilities: SPACE_CAPABILITIES } : {}),
    pinned: room.pinned,
    pins: room.pins.map(keyOf),
    muted,
  };
}

function kindOf({ open }: Room): Pick<ConversationIn, 'kind'> {
  return open === null ? {} : { kind: open ? 'channel' : 'group' };
}

/** Matrix 1.16, section "Calculating the display name for a room". */
function titleOf({ name, alias, heroes, people }: Room): string | null {
  if (name !== null) return name;
  if (alias !== null) return alias;
  // Not every server sums up: whoever is known to be in it serves then.
  const inside = (id: string): boolean => ['join', 'invite'].includes(own(people, id)?.membership ?? '');
  const ids = heroes.length > 0 ? heroes : Object.keys(people).filter(inside).slice(0, 5);
  const names = ids.map((id) => own(people, id)?.name ?? id);
  return names.length === 0 ? null : names.join(', ');
}

/** The events that an `m.room.pinned_events` names. */
export function readPins(content: JsonMap): readonly string[] {
  return [...new Set(getList(content, 'pinned').filter(isEventId))].slice(0, MOST_PINS);
}

/** The network behind a room; null for Matrix itself. */
export function originOf({ bridge }: Room): BridgeOrigin | null {
  if (bridge === null) return null;
  const { network, name, icon } = bridge;
  return { network, name, ...(icon === null ? {} : { icon: { hash: icon, remote: icon } }) };
}

/**
 * Whom a bridged conversation is with, where bridges do not tell the account's own data: the only one who is neither we nor
 * the bot. Null where there are several, or nobody yet.
 */
export function ghostOf({ bridge, people }: Room): string | null {
  if (bridge === null || !bridge.direct) return null;
  const others = Object.entries(people).filter(
    ([id, { membership }]) => id !== bridge.bot && (membership === 'join' || membership === 'invite'),
  );
  return others.length === 1 ? (others[0]?.[0] ?? null) : null;
}

/** A text of a room or person that is not empty, of a bearable length; null for none. */
export function readRoomText(content: JsonMap, name: string): string | null {
  const value = getText(content, name)?.slice(0, MOST_TEXT).toWellFormed();
  return value === undefined || value.trim() === '' ? null : value;
}

/** The address of a picture; null for what is none. */
export function readAvatar(value: unknown): string | null {
  return typeof value === 'string' && readMediaAddress(value) !== null ? value : null;
}
