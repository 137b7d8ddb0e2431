import type { Op, Outcome, RoomChange } from '@natter/core';
import { errorData, remoteKey, type ErrorData, type RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { mapError } from '../../mapping/errors.ts';
import {
  roleChange,
  writeAffiliation,
  writeConfiguration,
  writeDecline,
  writeDirectInvitation,
  writeMediatedInvitation,
  writeOccupantRole,
} from '../../mapping/rooms/requests.ts';
import type { Runtime } from '../../runtime.ts';
import { bareAddress, parseAddress } from '../../wire/address.ts';
import { asWireError, WireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import { passwordName } from './records.ts';
import type { Room } from './room.ts';
import type { RoomSending } from './room-sending.ts';
import type { Rooms } from './rooms.ts';
import { notInside } from './visits.ts';

/** Changes of rooms, and of where we stand in them. */
export class RoomChanges {
  readonly #runtime: Runtime;
  readonly #rooms: Rooms;
  readonly #sending: RoomSending;

  constructor(runtime: Runtime, rooms: Rooms, sending: RoomSending) {
    this.#runtime = runtime;
    this.#rooms = rooms;
    this.#sending = sending;
  }

  async perform(op: Op, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#apply(op, change, signal);
    } catch (error) {
      const failure = asWireError(error);
      if (failure.code === 'stanza-error' || failure.code === 'entry-refused')
        return { result: 'refused', error: mapError(failure, 'conversation') };
      return { result: 'unknown', error: mapError(failure, 'conversation', false) };
    }
  }

  async #apply(op: Op, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    if (change.action === 'join') return this.#join(change, signal);
    if (change.action === 'create') return this.#create(op, change, signal);
    const address = typeof op.conversation === 'string' ? op.conversation : null;
    if (address === null) return refuse('not-found', 'this is no room');
    if (change.action === 'accept-invitation') {
      const password = this.#runtime.memory.invitations.get(address)?.password ?? null;
      return this.#join({ action: 'join', address, ...(password === null ? {} : { password }) }, signal);
    }
    if (change.action === 'decline-invitation') return this.#decline(address);
    const room = this.#runtime.memory.rooms.get(address);
    if (change.action === 'leave') return this.#leave(address, room, signal);
    if (room === undefined || !(await this.#rooms.visits.settled(room))) {
      return { result: 'refused', error: notInside(room ?? this.#newRoom(address)) };
    }
    return this.#inside(room, op, change, signal);
  }

  async #inside(room: Room, op: Op, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    switch (change.action) {
      case 'topic':
        return this.#sending.topic(room, op, change.text, signal);
      case 'title':
        await this.#configure(room, change.text, null, signal);
        return accepted(room.address);
      case 'invite':
        await this.#invite(room, change.contact, change.text);
        return accepted(room.address);
      case 'kick':
      case 'ban':
      case 'unban':
      case 'role':
        return this.#govern(room, change, signal);
      default:
        return refuse('unsupported', `${change.action} is not possible here`);
    }
  }

  async #join(change: RoomChange & { action: 'join' }, signal: AbortSignal): Promise<Outcome> {
    const address = roomAddress(change.address);
    if (address === null) return notAnAddress(change.address);
    const { host, memory } = this.#runtime;
    if (change.password !== undefined) await host.setSecret(passwordName(address), change.password);
    const known = memory.rooms.get(address);
    const room = known ?? this.#newRoom(address);
    if (known !== undefined && (await this.#rooms.visits.settled(known))) {
      if (change.nick !== undefined && change.nick !== known.nick)
        await this.#rooms.visits.rename(known, change.nick, signal);
      return accepted(address);
    }
    if (change.nick !== undefined) room.nick = change.nick;
    memory.rooms.set(address, room);
    try {
      await this.#rooms.enter(room, signal, change.nick !== undefined);
    } catch (error) {
      if (known === undefined) memory.rooms.delete(address);
      throw error;
    }
    await this.#rooms.bookmarks.set(
      address,
      { nick: room.nick, name: room.traits.name, autojoin: true },
      signal,
    );
    return accepted(address);
  }

  async #create(op: Op, change: RoomChange & { action: 'create' }, signal: AbortSignal): Promise<Outcome> {
    const address = await this.#newAddress(op, change, signal);
    if (address === null) return notAnAddress(change.address ?? change.name);
    const room = this.#newRoom(address);
    const { memory } = this.#runtime;
    if (memory.rooms.get(address)?.left === false) return refuse('conflict', `you are in ${address} already`);
    memory.rooms.set(address, room);
    try {
      const created = await this.#rooms.enter(room, signal, false, async () => {
        await this.#configure(room, change.name, change.kind === 'channel', signal);
      });
      if (!created) {
        await this.#rooms.visits.leave(room, signal);
        return refuse('conflict', `there is a room at ${address} already`, 'choose');
      }
    } catch (error) {
      memory.rooms.delete(address);
      throw error;
    }
    if (change.topic !== undefined) await this.#sending.topic(room, op, change.topic, signal);
    for (const contact of change.invite) await this.#invite(room, contact);
    const bookmark = { nick: room.nick, name: change.name, autojoin: true };
    await this.#rooms.bookmarks.set(address, bookmark, signal);
    return accepted(address);
  }

  /** Where a new room shall be: where the user says, else at our server's service under a name that nobody guesses. */
  async #newAddress(
    op: Op,
    { address, name, kind }: RoomChange & { action: 'create' },
    signal: AbortSignal,
  ): Promise<RemoteKey | null> {
    if (address?.includes('@') === true) return roomAddress(address);
    const service = await this.#rooms.service(signal);
    if (service === null)
      throw new WireError('stanza-error', 'this server has no rooms; give the address of one elsewhere', {
        condition: 'feature-not-implemented',
      });
    const words = name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const suffix = op.id.slice(-8);
    const local = address ?? (kind === 'group' ? `${words}-${op.id.slice(1)}` : `${words}-${suffix}`);
    return roomAddress(`${local.replace(/^-/, '')}@${service}`);
  }

  /** XEP-0045 section 10.1. `isPublic` null leaves all but the title as it is. */
  async #configure(room: Room, title: string, isPublic: boolean | null, signal: AbortSignal): Promise<void> {
    const { stream, commits } = this.#runtime;
    const form = await stream.request(
      'get',
      room.address,
      new Element('query', { xmlns: NS.mucOwner }),
      signal,
    );
    const fields =
      form.getChild('query', NS.mucOwner)?.getChild('x', NS.dataForms)?.getChildren('field') ?? [];
    const all = new Set(fields.map((field) => String(field.attrs['var'])));
    const offered = isPublic === null ? new Set(['muc#roomconfig_roomname']) : all;
    await stream.request(
      'set',
      room.address,
      writeConfiguration(offered, { title, isPublic: isPublic ?? false }),
      signal,
    );
    room.traits = { ...room.traits, name: title };
    const value = { title } as const;
    await commits.batch({
      origin: 'live',
      events: [{ type: 'upsert', of: 'conversation', key: room.address, value }],
    });
  }

  async #invite(room: Room, contact: RemoteKey, text?: string): Promise<void> {
    const { host, stream } = this.#runtime;
    const password = await host.secret(passwordName(room.address));
    // Where only members may enter, an invitation by way of the room makes one; else it would only hide who invites.
    const stanza = room.traits.membersOnly
      ? writeMediatedInvitation(room.address, contact, text)
      : writeDirectInvitation(room.address, contact, text, password);
    await stream.deliver(stanza).taken;
  }

  async #decline(address: RemoteKey): Promise<Outcome> {
    const { stream, commits, memory } = this.#runtime;
    const inviter = memory.invitations.get(address)?.inviter ?? null;
    if (inviter !== null) stream.send(writeDecline(address, inviter));
    memory.invitations.delete(address);
    await commits.batch({
      origin: 'live',
      events: [{ type: 'upsert', of: 'conversation', key: address, value: { state: 'left' } }],
    });
    return accepted(address);
  }

  async #leave(address: RemoteKey, known: Room | undefined, signal: AbortSignal): Promise<Outcome> {
    if (known !== undefined) await this.#rooms.visits.settled(known);
    await this.#rooms.visits.leave(known ?? this.#newRoom(address), signal);
    await this.#rooms.bookmarks.set(address, { autojoin: false }, signal);
    return accepted(address);
  }

  async #govern(
    room: Room,
    change: RoomChange & { action: 'kick' | 'ban' | 'unban' | 'role' },
    signal: AbortSignal,
  ): Promise<Outcome> {
    await this.#rooms.visits.ping(room, signal); // afterwards we know all that the room has told of who is there
    const occupant = room.occupantOf(change.member);
    const address = occupant?.address ?? addressOf(change.member);
    const set = (query: Element): Promise<unknown> =>
      this.#runtime.stream.request('set', room.address, query, signal);
    if (change.action === 'kick') {
      if (occupant === null) return refuse('not-found', 'nobody like that is in the room');
      await set(writeOccupantRole(occupant.nick, 'none', change.reason));
      return accepted(room.address);
    }
    const { affiliation, role } =
      change.action === 'role'
        ? roleChange(change.role)
        : { affiliation: change.action === 'ban' ? 'outcast' : 'none', role: null };
    const reason = 'reason' in change ? change.reason : undefined;
    if (address === null) return refuse('forbidden', 'the room does not show you the address of that member');
    await set(writeAffiliation(address, affiliation, reason));
    if (role !== null && occupant !== null) await set(writeOccupantRole(occupant.nick, role, reason));
    return accepted(room.address);
  }

  #newRoom(address: RemoteKey): Room {
    return this.#rooms.newRoom(address, null);
  }
}

function roomAddress(text: string): RemoteKey | null {
  const address = bareAddress(text.trim());
  return address === null || (parseAddress(address)?.local ?? '') === '' ? null : remoteKey(address);
}

/** A member's key that is an address of somebody, and not one in a room. */
function addressOf(member: RemoteKey): RemoteKey | null {
  const address = parseAddress(member);
  return address === null || address.resource !== '' || address.local === '' ? null : member;
}

function accepted(conversation: RemoteKey): Outcome {
  return { result: 'accepted', refs: [], conversation };
}

function notAnAddress(text: string): Outcome {
  return refuse('invalid', `${JSON.stringify(text)} is no address of a room: NAME@SERVICE`, 'check-address');
}

function refuse(code: ErrorData['code'], message: string, userAction?: ErrorData['userAction']): Outcome {
  const more = userAction === undefined ? {} : { userAction };
  return { result: 'refused', error: errorData(code, message, { scope: 'conversation', ...more }) };
}
