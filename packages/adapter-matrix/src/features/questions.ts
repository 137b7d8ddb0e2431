import type { Event, Page, Queries } from '@natter/core';
import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import { isRoomAlias, isRoomId, isUserId, keyOf, readAddress } from '../mapping/keys.ts';
import { newRoom, readPerson } from '../mapping/room.ts';
import { readEvents } from '../mapping/room-event.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { get, getList, getNumber, getText, isMap, type JsonMap } from '../wire/json.ts';
import { memberOf } from './members.ts';

/** Answers to what is asked and not stored by itself. All reject with WireError or NatterError. */
export class Questions {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async resolve(address: string, signal: AbortSignal): Promise<Queries['resolve'][1]> {
    const userId = readAddress(address);
    if (userId === null) return null;
    const path = ['client', 'v3', 'profile', userId];
    const profile = await this.#runtime.api.call({ method: 'GET', path, signal }).catch(unknownProfile);
    if (profile === null) return null;
    return { contact: keyOf(userId), address: userId, name: getText(profile, 'displayname') ?? null };
  }

  async profile(contact: string, signal: AbortSignal): Promise<JsonObject> {
    if (!isUserId(contact)) throw notFound('there is nobody of that name on Matrix');
    const path = ['client', 'v3', 'profile', contact];
    const profile = await this.#runtime.api.call({ method: 'GET', path, signal });
    const [name, avatar] = [getText(profile, 'displayname'), getText(profile, 'avatar_url')];
    return { ...(name === undefined ? {} : { name }), ...(avatar === undefined ? {} : { avatar }) };
  }

  async members({ conversation }: Queries['members'][0], signal: AbortSignal): Promise<Page> {
    if (!isRoomId(conversation)) throw notFound('there is no such room');
    const { api, rooms, limits } = this.#runtime;
    const path = ['client', 'v3', 'rooms', conversation, 'members'];
    const most = limits.syncBytes;
    const answer = await api.call({ method: 'GET', path, query: { not_membership: 'leave' }, signal, most });
    const known = rooms.get(conversation) ?? newRoom(conversation, 'join');
    // The synchronisation may be behind what was changed a moment ago.
    const levels = ['client', 'v3', 'rooms', conversation, 'state', 'm.room.power_levels'];
    const content = await api.call({ method: 'GET', path: levels, signal }).catch(notTold);
    const room = { ...known, power: { ...known.power, content: content ?? known.power.content } };
    const members = readEvents(getList(answer, 'chunk')).flatMap(({ stateKey, content }): Event[] => {
      const person = readPerson(content);
      if (!isUserId(stateKey) || person === null) return [];
      const value = memberOf(stateKey, person, room, api.userId);
      return [{ type: 'upsert', of: 'member', in: conversation, key: keyOf(stateKey), value }];
    });
    const generation = crypto.randomUUID();
    const sweep = { type: 'sweep', of: 'member', in: conversation, generation } as const;
    const whole: Event = {
      type: 'upsert',
      of: 'conversation',
      key: conversation,
      value: { membersComplete: true },
    };
    const events = [{ ...sweep, end: false }, ...members, { ...sweep, end: true }, whole];
    return { batch: { origin: 'snapshot', events }, next: null, reached: 'end' };
  }

  async rooms({ text, cursor }: Queries['rooms'][0], signal: AbortSignal): Promise<Queries['rooms'][1]> {
    const body = {
      limit: 50,
      ...(text === '' ? {} : { filter: { generic_search_term: text } }),
      ...(cursor === undefined ? {} : { since: cursor }),
    };
    const path = ['client', 'v3', 'publicRooms'];
    const answer = await this.#runtime.api.call({ method: 'POST', path, body, signal });
    const items = getList(answer, 'chunk').filter(isMap).flatMap(listing);
    return { items, next: getText(answer, 'next_batch') ?? null };
  }
}

function listing(room: JsonMap): Queries['rooms'][1]['items'] {
  const alias = get(room, 'canonical_alias');
  const id = get(room, 'room_id');
  const address = isRoomAlias(alias) ? alias : isRoomId(id) ? id : null;
  if (address === null) return [];
  return [
    {
      address,
      name: getText(room, 'name') ?? null,
      topic: getText(room, 'topic') ?? null,
      members: getNumber(room, 'num_joined_members') ?? null,
    },
  ];
}

/** A room may have none, and who is not inside may not see them. */
function notTold(error: unknown): null {
  if (error instanceof WireError && error.code === 'refused') return null;
  throw error;
}

/** Servers may keep profiles to themselves; that somebody is nobody they say with M_NOT_FOUND. */
function unknownProfile(error: unknown): JsonMap | null {
  if (!(error instanceof WireError) || error.code !== 'refused') throw error;
  if (error.status === 404) return null;
  if (error.status === 403) return {};
  throw error;
}

function notFound(message: string): NatterError {
  return new NatterError(errorData('not-found', message, { scope: 'conversation' }));
}
