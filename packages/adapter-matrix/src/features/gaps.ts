import type { Gap } from '@natter/core';
import { keyOf } from '../mapping/keys.ts';
import type { RoomEvent } from '../mapping/room-event.ts';
import type { Room } from '../mapping/room.ts';
import type { JoinedRoom } from '../mapping/sync.ts';
import { isMessage } from '../mapping/timeline.ts';
import { getText, parseJson } from '../wire/json.ts';

/**
 * The hole that a synchronisation leaves when there is more than it tells: between the last event that is stored and the
 * first message that came. Null when there is none. A replayed answer gives the same hole the same name.
 */
export function gapBefore(
  part: JoinedRoom,
  timeline: readonly RoomEvent[],
  room: Pick<Room, 'last' | 'lastMessage'> | undefined,
  since: string | null,
): Gap | null {
  const last = room?.last ?? null;
  if (!part.limited || part.before === null || room === undefined || last === null) return null;
  if (timeline.some(({ id }) => id === last)) return null;
  const after = room.lastMessage;
  const before = timeline.find(isMessage)?.id ?? null;
  if (after === null && before === null) return null;
  const hole: Hole = { from: part.before, to: since, last };
  return {
    id: `${part.id} ${last}`,
    conversation: keyOf(part.id),
    after: after === null ? null : keyOf(after),
    before: before === null ? null : keyOf(before),
    token: JSON.stringify(hole),
  };
}

/** Where a hole lies for the server. */
export interface Hole {
  /** The token before the first event behind it. */
  readonly from: string;
  /** The token of the synchronisation before it. */
  readonly to: string | null;
  /** The last event before it. */
  readonly last: string;
}

/** Reads what {@link gapBefore} put into a gap; null for what another version did. */
export function readHole(token: string | null): Hole | null {
  try {
    const map = parseJson(token ?? '', 5);
    const from = getText(map, 'from');
    const last = getText(map, 'last');
    return from === undefined || last === undefined ? null : { from, to: getText(map, 'to') ?? null, last };
  } catch {
    return null;
  }
}
