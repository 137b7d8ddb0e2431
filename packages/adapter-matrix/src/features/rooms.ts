import type { SessionHost } from '@natter/core';
import { readRoom, writeRoom } from '../mapping/kept-room.ts';
import type { Remember } from '../encryption.ts';
import { qualified } from '../mapping/reaction-key.ts';
import { isEventId, isUserId, serverNameOf } from '../mapping/keys.ts';
import { SPACE, type Room } from '../mapping/room.ts';
import type { KnownReaction } from '../mapping/timeline.ts';
import { get, parseJson } from '../wire/json.ts';
import type { Draft } from './draft.ts';

const PREFIX = 'room:';
const REACTION = 'reaction:';
/** Reactions that can be taken back by a redaction that comes later; of older ones the hub keeps what it has. */
const MOST_REACTIONS = 5000;
/** Servers that one asks for a room. */
const MOST_SERVERS = 5;
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
    this.#reactions.clear();
    for (const [key, kept] of Object.entries(await host.state(REACTION))) {
      const reaction = readReaction(key.slice(REACTION.length), kept);
      if (reaction !== null) this.#reactions.set(reaction.id, reaction);
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

  /** The room that a room is told as: itself, or the last of those that replaced it. They may replace each other in a circle. */
  goesOnAs(id: string): string {
    const seen = new Set<string>();
    let at = id;
    for (let room = this.#rooms.get(id); room?.replaced === true && room.successor !== null;) {
      if (seen.has(at)) return id;
      seen.add(at);
      at = room.successor;
      room = this.#rooms.get(at);
    }
    return at;
  }

  /** Servers by which a room may be found whose id names none: of who invited us, and of the people of a room that it goes on with. */
  serversOf(id: string): readonly string[] {
    const inviter = this.#rooms.get(id)?.inviter ?? null;
    const others = [...this.#rooms.values()].filter(({ successor }) => successor === id);
    const people = [
      ...(inviter === null ? [] : [inviter]),
      ...others.flatMap((room) => Object.keys(room.people)),
    ];
    return [...new Set(people.map(serverNameOf))].slice(0, MOST_SERVERS);
  }

  put(draft: Draft, room: Room): void {
    this.#rooms.set(room.id, room);
    draft.remember(`${PREFIX}${room.id}`, writeRoom(room));
  }

  reaction(eventId: string): KnownReaction | undefined {
    return this.#reactions.get(eventId);
  }

  /** Keeps it, since a redaction that may come after a restart names the reaction's event and nothing else. */
  remember(remember: Remember, reaction: KnownReaction): void {
    if (this.#reactions.has(reaction.id)) return;
    for (const id of oldest(this.#reactions, MOST_REACTIONS)) {
      this.#reactions.delete(id);
      remember(`${REACTION}${id}`, null);
    }
    this.#reactions.set(reaction.id, reaction);
    const { target, key, sender } = reaction;
    remember(`${REACTION}${reaction.id}`, JSON.stringify({ target, key, sender }));
  }

  /** The event of a reaction of somebody's, as far as it is known. */
  reactionOf(sender: string, target: string, key: string): string | null {
    const all = [...this.#reactions.values()];
    return (
      all.findLast(
        (each) => each.sender === sender && each.target === target && qualified(each.key) === qualified(key),
      )?.id ?? null
    );
  }

  /** Notes which message stands at or before an event. */
  place(eventId: string, message: string): void {
    for (const id of oldest(this.#positions, MOST_POSITIONS)) this.#positions.delete(id);
    this.#positions.set(eventId, message);
  }

  /** The message that an event stands at, as far as is known. */
  messageAt(eventId: string): string {
    return this.#positions.get(eventId) ?? eventId;
  }
}

/** The oldest entries of a map, which have to go so that there is room for one more. */
function oldest(map: ReadonlyMap<string, unknown>, most: number): string[] {
  return [...map.keys()].slice(0, Math.max(0, map.size - most + 1));
}

function readReaction(id: string, kept: string): KnownReaction | null {
  try {
    const map = parseJson(kept, 3);
    const [target, key, sender] = [get(map, 'target'), get(map, 'key'), get(map, 'sender')];
    return isEventId(target) && typeof key === 'string' && isUserId(sender)
      ? { id, target, key, sender }
      : null;
  } catch {
    return null; // spoilt: as if it had been forgotten
  }
}
