import type { Trust } from '@natter/core/model';
import { get, getMap, getNumber, getText, isMap, isShallow, type Json, type JsonMap } from '../wire/json.ts';
import { isEventId, isUserId } from './keys.ts';

/** An event of a room, as far as it can be relied on. */
export interface RoomEvent {
  /** Null for the stripped events of an invitation. */
  readonly id: string | null;
  readonly type: string;
  /** Undefined for what is no state. */
  readonly stateKey: string | undefined;
  readonly sender: string;
  /** Milliseconds since 1970 by the sender's server. */
  readonly at: number | null;
  readonly content: JsonMap;
  readonly unsigned: JsonMap;
  /** What a redaction takes away: of the event, or of its content from room version 11 on. */
  readonly redacts: string | undefined;
  /** Who vouches for it: the server, or keys where it was encrypted. */
  readonly trust: Trust;
}

/** An event that is nested deeper than this says nothing that we could show. */
const DEPTH = 50;
/** The last moment that a Date knows. */
const LAST_MOMENT = 8.64e15;

/**
 * Reads an event. Null for what has no usable sender, type or id; a server passes on what members send, so none of it is
 * taken on trust.
 */
export function readEvent(value: Json): RoomEvent | null {
  if (!isMap(value)) return null;
  const sender = get(value, 'sender');
  const type = getText(value, 'type');
  const id = get(value, 'event_id');
  if (!isUserId(sender) || type === undefined || type.length > 255) return null;
  if (id !== undefined && !isEventId(id)) return null;
  const content = getMap(value, 'content') ?? {};
  const at = getNumber(value, 'origin_server_ts');
  const redacts = get(content, 'redacts') ?? get(value, 'redacts');
  return {
    id: id ?? null,
    type,
    stateKey: getText(value, 'state_key'),
    sender,
    at: at !== undefined && at >= 0 && at <= LAST_MOMENT ? Math.trunc(at) : null,
    content: isShallow(content, DEPTH) ? content : {},
    unsigned: getMap(value, 'unsigned') ?? {},
    redacts: isEventId(redacts) ? redacts : undefined,
    trust: 'server',
  };
}

/** The usable events of a list. */
export function readEvents(list: readonly Json[]): RoomEvent[] {
  return list.map(readEvent).filter((event) => event !== null);
}

/** What an event refers to: `m.relates_to` (Matrix 1.16, section "Forming relationships between events"). */
export interface Relation {
  readonly kind: string | null;
  readonly target: string | null;
  readonly key: string | null;
  /** The event that this one answers. */
  readonly replyTo: string | null;
  /** In a thread, a reply may be there only for clients that know no threads. */
  readonly fallback: boolean;
}

/** Reads what an event refers to. */
export function readRelation(content: JsonMap): Relation {
  const relation = getMap(content, 'm.relates_to');
  const target = get(relation, 'event_id');
  const reply = get(getMap(relation, 'm.in_reply_to'), 'event_id');
  return {
    kind: getText(relation, 'rel_type') ?? null,
    target: isEventId(target) ? target : null,
    key: getText(relation, 'key') ?? null,
    replyTo: isEventId(reply) ? reply : null,
    fallback: get(relation, 'is_falling_back') === true,
  };
}
