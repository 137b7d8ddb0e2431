import type { Event } from '@natter/core';
import { isEventId, isUserId, keyOf } from '../mapping/keys.ts';
import { senderOf, type TimelineContext } from '../mapping/timeline.ts';
import { get, getMap, getText, isMap, type JsonMap } from '../wire/json.ts';
import type { Rooms } from './rooms.ts';

type Context = Pick<TimelineContext, 'self' | 'conversation' | 'isContact' | 'nameOf'>;

/** How far everybody has read (Matrix 1.16, section "Receipts"); ours, public or private, is our read position. */
export function readReceipts(event: JsonMap, context: Context, rooms: Rooms): Event[] {
  const markers: Event[] = [];
  for (const [eventId, kinds] of Object.entries(getMap(event, 'content') ?? {})) {
    if (!isEventId(eventId) || !isMap(kinds)) continue;
    for (const kind of ['m.read', 'm.read.private']) {
      for (const [userId, receipt] of Object.entries(getMap(kinds, kind) ?? {})) {
        if (!isUserId(userId)) continue;
        const thread = isMap(receipt) ? getText(receipt, 'thread_id') : undefined;
        const marker = markerOf(userId, rooms.messageAt(eventId), context);
        // What was read in a thread says nothing of what stands before it in the room.
        if (thread === undefined || thread === 'main') markers.push(marker);
        else if (userId !== context.self) markers.push({ ...marker, exact: true });
      }
    }
  }
  return markers;
}

/** The read position that clients share (Matrix 1.16, section "Fully read markers"). */
export function readFullyRead(event: JsonMap, context: Context, rooms: Rooms): Event[] {
  const eventId = get(getMap(event, 'content'), 'event_id');
  return isEventId(eventId) ? [markerOf(context.self, rooms.messageAt(eventId), context)] : [];
}

function markerOf(userId: string, message: string, context: Context): Extract<Event, { type: 'marker' }> {
  return {
    type: 'marker',
    conversation: context.conversation,
    who: senderOf(userId, context),
    kind: 'read',
    upTo: { stable: keyOf(message) },
  };
}
