import type { SessionHost } from '@natter/core';
import { readRoom, writeRoom } from '../mapping/kept-room.ts';
import { SPACE, type Room } from '../mapping/room.ts';
import type { KnownReaction } from '../mapping/timeline.ts';
import type { Draft } from './draft.ts';

const PREFIX = 'room:';
/** Reactions that can be taken back by a redaction that comes later; of older ones the hub keeps what it has. */
const MOST_REACTIONS = 5000;
/** What a receipt may point to beside messages. */
const MOST_POSITIONS = 2000;

/** The rooms that we know of, kept in the adapter's own state so that a synchronisation can go on where the last one ended. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #reactions = new Map<string, KnownReaction>();
  /** The message at or before an event that is none. */
  readonly #positions = new Map<string, string>();

  /** Forgets what was not stored, and takes up what was. */
  async load(host: SessionHost): Promise<void> {
    this.#rooms.clear();
    for (const kept of Object.values(await host.state(PREFIX))) {
      const room = readRoom(kept);
      if (room !== null) this.#rooms.set(room.id, room);
    }
  }

  get(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  all(): Iterable<Room> {
    return this.#rooms.values();
  }

  /** The space that a room is in; null for none. Of several it is the one that we have been in longest. */
  spaceOf(id: string): string | null {
    for (const { id: space, type, membership, children } of this.#rooms.values())
      if (type === SPACE && membership === 'join' && space !== id && children.includes(id)) return space;
    return null;
  }

  put(draft: Draft, room: Room): void {
    this.#rooms.set(room.id, room);
    draft.remember(`${PREFIX}${room.id}`, writeRoom(room));
  }

  reaction(eventId: string): KnownReaction | undefined {
    return this.#reactions.get(eventId);
  }

  remember(reaction: KnownReaction): void {
    bounded(this.#reactions, MOST_REACTIONS).set(reaction.id, reaction);
  }

  /** Notes which message stands at or before an event. */
  place(eventId: string, message: string): void {
    bounded(this.#positions, MOST_POSITIONS).set(eventId, message);
  }

  /** The message that an event stands at, as far as is known. */
  messageAt(eventId: string): string {
    return this.#positions.get(eventId) ?? eventId;
  }
}

/** The same map with room for one more: the oldest go. */
function bounded<V>(map: Map<string, V>, most: number): Map<string, V> {
  for (const key of map.keys()) {
    if (map.size < most) break;
    map.delete(key);
  }
  return map;
}
