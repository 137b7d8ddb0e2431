import { get, getList, getMap, getText, isMap, type Json, type JsonMap } from '../wire/json.ts';
import { isRoomId } from './keys.ts';

/** The answer to a synchronisation (Matrix 1.16, section "GET /_matrix/client/v3/sync"), taken apart but not understood. */
export interface SyncAnswer {
  readonly next: string;
  /** There is more to be told at once. */
  readonly more: boolean;
  readonly accountData: readonly JsonMap[];
  readonly presence: readonly Json[];
  readonly toDevice: readonly Json[];
  readonly joined: readonly JoinedRoom[];
  readonly invited: readonly StrippedRoom[];
  readonly knocked: readonly StrippedRoom[];
  readonly left: readonly JoinedRoom[];
  /** The whole answer, for what encryption reads of it. */
  readonly raw: JsonMap;
}

/** What is new in a room that we are in, or that we have left. */
export interface JoinedRoom {
  readonly id: string;
  readonly state: readonly Json[];
  readonly timeline: readonly Json[];
  /** There is more between the last synchronisation and the first event of the timeline. */
  readonly limited: boolean;
  readonly before: string | null;
  readonly ephemeral: readonly JsonMap[];
  readonly accountData: readonly JsonMap[];
  readonly summary: JsonMap | undefined;
}

/** A room that we are not in, with the little that may be known of it. */
export interface StrippedRoom {
  readonly id: string;
  readonly state: readonly Json[];
}

/** Takes an answer apart; null when it has no token to go on from. */
export function readSync(answer: JsonMap): SyncAnswer | null {
  const next = getText(answer, 'next_batch');
  if (next === undefined || next === '' || next.length > 4096) return null;
  const rooms = getMap(answer, 'rooms');
  return {
    next,
    more: false,
    accountData: events(getMap(answer, 'account_data')).filter(isMap),
    presence: events(getMap(answer, 'presence')),
    toDevice: events(getMap(answer, 'to_device')),
    joined: entries(rooms, 'join').map(readJoined),
    left: entries(rooms, 'leave').map(readJoined),
    invited: entries(rooms, 'invite').map(([id, room]) => ({
      id,
      state: events(getMap(room, 'invite_state')),
    })),
    knocked: entries(rooms, 'knock').map(([id, room]) => ({
      id,
      state: events(getMap(room, 'knock_state')),
    })),
    raw: answer,
  };
}

function readJoined([id, room]: readonly [string, JsonMap]): JoinedRoom {
  const timeline = getMap(room, 'timeline');
  return {
    id,
    state: events(getMap(room, 'state')),
    timeline: events(timeline),
    limited: get(timeline, 'limited') === true,
    before: getText(timeline, 'prev_batch') ?? null,
    ephemeral: events(getMap(room, 'ephemeral')).filter(isMap),
    accountData: events(getMap(room, 'account_data')).filter(isMap),
    summary: getMap(room, 'summary'),
  };
}

function events(section: JsonMap | undefined): readonly Json[] {
  return getList(section, 'events');
}

function entries(rooms: JsonMap | undefined, name: string): (readonly [string, JsonMap])[] {
  return Object.entries(getMap(rooms, name) ?? {}).flatMap(([id, room]) =>
    isRoomId(id) && isMap(room) ? [[id, room] as const] : [],
  );
}
