import type { Event, MemberIn } from '@natter/core';
import { isUserId, keyOf } from '../mapping/keys.ts';
import { namedUsers, roleOf } from '../mapping/power.ts';
import { readPerson, stateOf, type Person, type Room } from '../mapping/room.ts';
import type { RoomEvent } from '../mapping/room-event.ts';
import type { JsonMap } from '../wire/json.ts';

/** Members whose last telling is remembered, so that the server's repetitions are not stored anew. */
const MOST_TOLD = 20_000;

/** Who is in a room, as far as the server tells without being asked: it tells those who speak. */
export class Members {
  readonly #told = new Map<string, string>();

  /** The member of an event, if the hub does not know just that already. */
  take(event: RoomEvent, room: Room, self: string): Event[] {
    const person = readPerson(event.content);
    if (!isUserId(event.stateKey) || person === null) return [];
    const value = memberOf(event.stateKey, person, room, self);
    const name = `${room.id} ${event.stateKey}`;
    const text = JSON.stringify(value);
    if (this.#told.get(name) === text) return [];
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(name, text);
    return [{ type: 'upsert', of: 'member', in: keyOf(room.id), key: keyOf(event.stateKey), value }];
  }

  /** Those whose role is another after a change of power levels. */
  rolesChanged(before: JsonMap | null, room: Room): Event[] {
    return [...namedUsers(before, room.power.content)].flatMap((userId): Event[] => {
      const role = roleOf(room.power, userId);
      const known = this.#told.has(`${room.id} ${userId}`);
      if (!known || roleOf({ ...room.power, content: before }, userId) === role) return [];
      this.#told.delete(`${room.id} ${userId}`);
      return [{ type: 'upsert', of: 'member', in: keyOf(room.id), key: keyOf(userId), value: { role } }];
    });
  }
}

/** Somebody as a member. */
export function memberOf(userId: string, person: Person, room: Room, self: string): MemberIn {
  return {
    name: person.name,
    self: userId === self,
    proof: 'account',
    state: stateOf(person.membership),
    role: person.membership === 'join' ? roleOf(room.power, userId) : 'none',
  };
}
