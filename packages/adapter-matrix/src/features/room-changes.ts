import type { Op, Outcome, RoomChange } from '@natter/core';
import type { Attachment } from '@natter/core/model';
import { failedOutcome, refused } from '../mapping/errors.ts';
import {
  isEventId,
  isRoomAlias,
  isRoomId,
  isUserId,
  keyOf,
  localpartOf,
  readRoomAddress,
  type RoomAddress,
} from '../mapping/keys.ts';
import { writeMemo } from '../mapping/memo.ts';
import { readPower, withRole } from '../mapping/power.ts';
import { OPERATION, readPins } from '../mapping/room.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { getText, type JsonMap } from '../wire/json.ts';
import { encryptedFromTheStart, type Directs } from './directs.ts';
import { setOwnView } from './own-view.ts';
import type { RoomSync } from './room-sync.ts';
import type { Uploads } from './uploads.ts';

type Change<A extends RoomChange['action']> = Extract<RoomChange, { action: A }>;

const DONE = { result: 'accepted', refs: [] } as const satisfies Outcome;

/** What we do to rooms. */
export class RoomChanges {
  readonly #runtime: Runtime;
  readonly #directs: Directs;
  readonly #roomSync: RoomSync;
  readonly #uploads: Uploads;

  constructor(runtime: Runtime, parts: { directs: Directs; roomSync: RoomSync; uploads: Uploads }) {
    this.#runtime = runtime;
    this.#directs = parts.directs;
    this.#roomSync = parts.roomSync;
    this.#uploads = parts.uploads;
  }

  async perform(op: Op, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    try {
      if (signal.aborted) throw new WireError('aborted', 'it was taken back');
      if (change.action === 'join') return await this.#join(change, signal);
      if (change.action === 'create') return await this.#create(op, change, signal);
      const { conversation } = op;
      if (!isRoomId(conversation)) return refused('not-found', 'there is no such room');
      return await this.#inRoom(conversation, change, signal);
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #inRoom(
    room: string,
    change: Exclude<RoomChange, Change<'join'> | Change<'create'>>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    switch (change.action) {
      case 'leave':
      case 'decline-invitation':
        return this.#post(room, 'leave', {}, signal);
      case 'accept-invitation':
        return this.#post(room, 'join', {}, signal);
      case 'invite':
        return isUserId(change.contact)
          ? this.#post(room, 'invite', withReason({ user_id: change.contact }, change.text), signal)
          : refused('not-found', 'there is nobody of that name on Matrix');
      case 'kick':
      case 'ban':
      case 'unban':
        return isUserId(change.member)
          ? this.#post(room, change.action, withReason({ user_id: change.member }, change.reason), signal)
          : refused('not-found', 'there is no such member');
      case 'role':
        return this.#role(room, change, signal);
      case 'topic':
        return this.#set(room, 'm.room.topic', { topic: change.text }, signal);
      case 'title':
        return this.#set(room, 'm.room.name', { name: change.text }, signal);
      case 'avatar':
        return this.#avatar(room, change.image, signal);
      case 'pin':
      case 'unpin':
        return this.#pin(room, change, signal);
      case 'own-view':
        return setOwnView(this.#runtime.api, room, change, signal);
      case 'expiry':
        return refused('unsupported', 'messages do not vanish on Matrix');
    }
  }

  async #join({ address }: Change<'join'>, signal: AbortSignal): Promise<Outcome> {
    const typed = readRoomAddress(address);
    if (typed === null)
      return refused(
        'invalid',
        `"${address.trim().slice(0, 100)}" is no room on Matrix; it looks like #name:example.org`,
      );
    const via = typed.via.length > 0 ? typed.via : this.#runtime.rooms.serversOf(typed.room);
    const named = { ...typed, via };
    const answer = await this.#enter('join', named, signal).catch(async (error: unknown) => {
      // Where one may not walk in one may perhaps knock; that we may do neither the first answer says better.
      const forbidden = error instanceof WireError && error.errcode === 'M_FORBIDDEN';
      if (!forbidden) throw error;
      return this.#enter('knock', named, signal).catch(() => Promise.reject(error));
    });
    const room = getText(answer, 'room_id');
    if (!isRoomId(room)) throw new WireError('protocol', 'the server let us into a room without a name');
    // What replaces a room of ours goes on with its conversation, which the synchronisation tells if both rooms say so.
    const replaces = [...this.#runtime.rooms.all()].some(
      ({ successor, replaced }) => successor === room && !replaced,
    );
    return replaces ? DONE : { ...DONE, conversation: keyOf(room) };
  }

  #enter(how: 'join' | 'knock', { room, via }: RoomAddress, signal: AbortSignal): Promise<JsonMap> {
    const query: Record<string, readonly string[]> = via.length === 0 ? {} : { server_name: via, via };
    const path = ['client', 'v3', how, room];
    return this.#runtime.api.call({ method: 'POST', path, query, body: {}, signal });
  }

  async #create(op: Op, change: Change<'create'>, signal: AbortSignal): Promise<Outcome> {
    const earlier = this.#directs.madeBy(op);
    if (earlier !== undefined) return { ...DONE, conversation: keyOf(earlier) };
    const { api, host } = this.#runtime;
    const open = change.kind === 'channel';
    const alias = change.address === undefined ? undefined : aliasName(change.address);
    const answer = await api.call({
      method: 'POST',
      path: ['client', 'v3', 'createRoom'],
      body: {
        name: change.name,
        ...(change.topic === undefined ? {} : { topic: change.topic }),
        ...(alias === undefined ? {} : { room_alias_name: alias }),
        preset: open ? 'public_chat' : 'private_chat',
        visibility: open ? 'public' : 'private',
        invite: change.invite.filter(isUserId),
        creation_content: { [OPERATION]: op.id },
        // Whoever may enter may read, so encryption would hide nothing.
        ...(open ? {} : encryptedFromTheStart(this.#runtime)),
      },
      signal,
    });
    const room = getText(answer, 'room_id');
    if (!isRoomId(room)) throw new WireError('protocol', 'the server made a room without a name');
    await host.checkpoint(op.id, writeMemo(op, { room }));
    const { kind, name: title, topic = null } = change;
    await this.#roomSync.made(room, { kind, state: 'joined', title, topic });
    return { ...DONE, conversation: keyOf(room) };
  }

  /** Power levels are one event for all: it is read, changed and written. */
  async #role(room: string, { member, role }: Change<'role'>, signal: AbortSignal): Promise<Outcome> {
    const { api, rooms } = this.#runtime;
    const path = ['client', 'v3', 'rooms', room, 'state', 'm.room.power_levels'];
    const content = await api.call({ method: 'GET', path, signal });
    const known = rooms.get(room)?.power ?? readPower({});
    const changed = isUserId(member) ? withRole({ ...known, content }, member, role) : null;
    if (changed === null) return refused('unsupported', `Matrix has no role "${role}"`);
    return this.#set(room, 'm.room.power_levels', changed, signal);
  }

  async #avatar(room: string, image: Attachment | null, signal: AbortSignal): Promise<Outcome> {
    const url = image === null ? null : (image.remote ?? (await this.#uploads.bring(image, signal)));
    return this.#set(room, 'm.room.avatar', url === null ? {} : { url }, signal);
  }

  /** All pins are one event: it is read, changed and written. */
  async #pin(
    room: string,
    { action, message }: Change<'pin' | 'unpin'>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const eventId = 'stable' in message ? message.stable : null;
    if (!isEventId(eventId)) return refused('not-found', 'there is no such message');
    const path = ['client', 'v3', 'rooms', room, 'state', 'm.room.pinned_events'];
    const content = await this.#runtime.api.call({ method: 'GET', path, signal }).catch(nothingThere);
    const others = readPins(content).filter((pin) => pin !== eventId);
    const pinned = action === 'pin' ? [...others, eventId] : others;
    return this.#set(room, 'm.room.pinned_events', { pinned }, signal);
  }

  async #post(room: string, action: string, body: JsonMap, signal: AbortSignal): Promise<Outcome> {
    await this.#runtime.api.call({
      method: 'POST',
      path: ['client', 'v3', 'rooms', room, action],
      body,
      signal,
    });
    return DONE;
  }

  async #set(room: string, type: string, body: JsonMap, signal: AbortSignal): Promise<Outcome> {
    const path = ['client', 'v3', 'rooms', room, 'state', type];
    await this.#runtime.api.call({ method: 'PUT', path, body, signal });
    return DONE;
  }
}

/** A state event that was never set. */
function nothingThere(error: unknown): JsonMap {
  if (error instanceof WireError && error.errcode === 'M_NOT_FOUND') return {};
  throw error;
}

function withReason(body: JsonMap, reason: string | undefined): JsonMap {
  return reason === undefined ? body : { ...body, reason };
}

/** The name before the colon of an alias; people leave the rest away. */
function aliasName(address: string): string {
  const name = address.trim();
  const whole: boolean = isRoomAlias(name);
  return whole ? localpartOf(name) : name.replace(/^#/, '');
}
