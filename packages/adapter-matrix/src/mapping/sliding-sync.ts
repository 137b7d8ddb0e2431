import { get, getList, getMap, getNumber, getText, isMap, type Json, type JsonMap } from '../wire/json.ts';
import { isRoomId, isUserId } from './keys.ts';
import type { JoinedRoom, StrippedRoom, SyncAnswer } from './sync.ts';

/** Events of one room at a time. */
const TIMELINE = 30;
/** The state that a room is made of here; of its members ours and those who speak. */
const STATE: readonly (readonly [string, string])[] = [
  ...[
    'm.room.create',
    'm.room.name',
    'm.room.topic',
    'm.room.avatar',
    'm.room.canonical_alias',
    'm.room.join_rules',
    'm.room.history_visibility',
    'm.room.encryption',
    'm.room.power_levels',
    'm.room.pinned_events',
    'm.room.tombstone',
  ].map((type) => [type, ''] as const),
  ['m.space.child', '*'],
  ['m.bridge', '*'],
  ['uk.half-shot.bridge', '*'],
  ['m.room.member', '$ME'],
  ['m.room.member', '$LAZY'],
];

/** How far a connection has come. */
export interface SlidingPosition {
  /** Null for a new one. */
  readonly position: string | null;
  /** How far messages to this device have been read, whatever becomes of the connection. */
  readonly toDevice: string | null;
}

/** What is asked (MSC4186 as `org.matrix.simplified_msc3575`): the rooms where something happened last, so many of them. */
export function writeSlidingSync(rooms: number, { toDevice }: SlidingPosition): JsonMap {
  return {
    conn_id: 'natter',
    lists: { all: { ranges: [[0, rooms - 1]], timeline_limit: TIMELINE, required_state: STATE } },
    extensions: {
      to_device: { enabled: true, limit: 100, ...(toDevice === null ? {} : { since: toDevice }) },
      e2ee: { enabled: true },
      account_data: { enabled: true },
      receipts: { enabled: true },
      typing: { enabled: true },
    },
  };
}

/** An answer in the words of the synchronisation that everybody has, and how far it goes. */
export interface SlidingAnswer {
  readonly answer: Omit<SyncAnswer, 'next' | 'more'>;
  readonly position: SlidingPosition;
  /** How many rooms there are. */
  readonly count: number;
}

/** Reads an answer; null when it has no position to go on from. */
export function readSlidingSync(told: JsonMap, self: string, before: SlidingPosition): SlidingAnswer | null {
  const position = getText(told, 'pos');
  if (position === undefined || position === '' || position.length > 4096) return null;
  const extensions = getMap(told, 'extensions');
  const toDevice = getMap(extensions, 'to_device');
  const e2ee = getMap(extensions, 'e2ee');
  const rooms = roomsOf(told, extensions, self);
  return {
    answer: {
      accountData: getList(getMap(extensions, 'account_data'), 'global').filter(isMap),
      presence: [],
      toDevice: getList(toDevice, 'events'),
      joined: rooms.flatMap((each) => (each.list === 'join' ? [each.room] : [])),
      left: rooms.flatMap((each) => (each.list === 'leave' ? [each.room] : [])),
      invited: rooms.flatMap((each) => (each.list === 'invite' ? [each.room] : [])),
      knocked: rooms.flatMap((each) => (each.list === 'knock' ? [each.room] : [])),
      raw: { ...e2ee, to_device: { events: getList(toDevice, 'events') } },
    },
    position: { position, toDevice: getText(toDevice, 'next_batch') ?? before.toDevice },
    count: getNumber(getMap(getMap(told, 'lists'), 'all'), 'count') ?? 0,
  };
}

type Listed =
  | { readonly list: 'join' | 'leave'; readonly room: JoinedRoom }
  | { readonly list: 'invite' | 'knock'; readonly room: StrippedRoom };

function roomsOf(told: JsonMap, extensions: JsonMap | undefined, self: string): Listed[] {
  const rooms = getMap(told, 'rooms') ?? {};
  const [typing, receipts, data] = ['typing', 'receipts', 'account_data'].map((name) =>
    getMap(getMap(extensions, name), 'rooms'),
  );
  const ids = new Set([rooms, typing, receipts, data].flatMap((map) => Object.keys(map ?? {})));
  return [...ids].filter(isRoomId).map((id): Listed => {
    const room = getMap(rooms, id) ?? {};
    const stripped = [...getList(room, 'stripped_state'), ...getList(room, 'invite_state')];
    const membership = membershipOf(room, stripped, self);
    if (membership === 'invite' || membership === 'knock')
      return { list: membership, room: { id, state: stripped } };
    const ephemeral = [get(typing, id), get(receipts, id)].filter(isMap);
    const part = readRoom(id, room, ephemeral, getList(data, id).filter(isMap));
    return { list: membership === 'leave' || membership === 'ban' ? 'leave' : 'join', room: part };
  });
}

/** Older servers tell our membership by its event alone. */
function membershipOf(room: JsonMap, stripped: readonly Json[], self: string): string | undefined {
  const events = [...getList(room, 'required_state'), ...getList(room, 'timeline'), ...stripped];
  const ours = events
    .filter(isMap)
    .findLast((event) => get(event, 'type') === 'm.room.member' && get(event, 'state_key') === self);
  return getText(room, 'membership') ?? getText(getMap(ours, 'content'), 'membership');
}

function readRoom(
  id: string,
  room: JsonMap,
  ephemeral: readonly JsonMap[],
  accountData: readonly JsonMap[],
): JoinedRoom {
  const heroes = getList(room, 'heroes').filter(isMap);
  const joined = getNumber(room, 'joined_count');
  const invited = getNumber(room, 'invited_count');
  const names = heroes.map((hero) => get(hero, 'user_id') ?? null);
  const state = getList(room, 'required_state');
  return {
    id,
    state: [...heroes.flatMap((hero) => memberOf(hero, joined ?? 2, invited ?? 0)), ...state],
    timeline: getList(room, 'timeline'),
    limited: get(room, 'limited') === true,
    before: getText(room, 'prev_batch') ?? null,
    ephemeral,
    accountData,
    summary: {
      ...(heroes.length === 0 ? {} : { 'm.heroes': names }),
      ...(joined === undefined ? {} : { 'm.joined_member_count': joined }),
      ...(invited === undefined ? {} : { 'm.invited_member_count': invited }),
    },
  };
}

/** A hero as a member, who is told in place of the event: those inside come first, then those invited, then those gone. */
function memberOf(hero: JsonMap, joined: number, invited: number): JsonMap[] {
  const user = get(hero, 'user_id');
  if (!isUserId(user)) return [];
  const membership = joined > 1 ? 'join' : invited > 0 ? 'invite' : 'leave';
  const { displayname, avatar_url: avatar } = hero;
  const profile = {
    ...(displayname === undefined ? {} : { displayname }),
    ...(avatar === undefined ? {} : { avatar_url: avatar }),
  };
  return [{ type: 'm.room.member', state_key: user, sender: user, content: { membership, ...profile } }];
}
