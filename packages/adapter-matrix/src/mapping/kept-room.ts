import { get, getMap, getNumber, getText, isMap, parseJson, type Json, type JsonMap } from '../wire/json.ts';
import type { Bridge } from './bridge.ts';
import { isEventId, isRoomId, isUserId } from './keys.ts';
import { readPower } from './power.ts';
import { isMembership, newRoom, readAvatar, readRoomText, type Person, type Room } from './room.ts';

/** A room as it is kept. */
export function writeRoom(room: Room): string {
  return JSON.stringify(room);
}

/** Reads what was kept; null for what another version of this adapter wrote, which a new synchronisation mends. */
export function readRoom(kept: string): Room | null {
  try {
    const map = parseJson(kept, 100);
    const id = get(map, 'id');
    const membership = get(map, 'membership');
    if (!isRoomId(id) || !isMembership(membership)) return null;
    const kind = getText(map, 'type');
    return {
      ...newRoom(id, membership),
      name: readRoomText(map, 'name'),
      alias: readRoomText(map, 'alias'),
      topic: readRoomText(map, 'topic'),
      avatar: readAvatar(get(map, 'avatar')),
      type: kind ?? null,
      open: readFlag(get(map, 'open')),
      encrypted: get(map, 'encrypted') === true,
      power: readPower(get(map, 'power')),
      inviter: orNull(get(map, 'inviter'), isUserId),
      direct: get(map, 'direct') === true,
      heroes: readIds(get(map, 'heroes'), isUserId),
      joined: getNumber(map, 'joined') ?? null,
      invited: getNumber(map, 'invited') ?? null,
      people: readPeople(getMap(map, 'people')),
      last: orNull(get(map, 'last'), isEventId),
      lastMessage: orNull(get(map, 'lastMessage'), isEventId),
      predecessor: orNull(get(map, 'predecessor'), isRoomId),
      successor: orNull(get(map, 'successor'), isRoomId),
      operation: getText(map, 'operation') ?? null,
      bridge: readKeptBridge(getMap(map, 'bridge')),
      pins: readIds(get(map, 'pins'), isEventId),
      children: readIds(get(map, 'children'), isRoomId),
      replaced: get(map, 'replaced') === true,
      pinned: get(map, 'pinned') === true,
    };
  } catch {
    return null;
  }
}

function readFlag(value: Json | undefined): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function orNull(value: unknown, is: (value: unknown) => value is string): string | null {
  return is(value) ? value : null;
}

function readIds(value: Json | undefined, is: (value: unknown) => value is string): readonly string[] {
  return Array.isArray(value) ? value.filter(is) : [];
}

function readPeople(map: JsonMap | undefined): Record<string, Person> {
  const people = Object.entries(map ?? {}).flatMap(([id, value]): [string, Person][] => {
    if (!isUserId(id) || !isMap(value)) return [];
    const membership = get(value, 'membership');
    if (!isMembership(membership)) return [];
    return [
      [id, { membership, name: readRoomText(value, 'name'), avatar: readAvatar(get(value, 'avatar')) }],
    ];
  });
  return Object.fromEntries(people);
}

function readKeptBridge(map: JsonMap | undefined): Bridge | null {
  const [network, name, bot] = [getText(map, 'network'), getText(map, 'name'), get(map, 'bot')];
  if (network === undefined || name === undefined || !isUserId(bot)) return null;
  return { network, name, bot, direct: get(map, 'direct') === true, icon: readAvatar(get(map, 'icon')) };
}
