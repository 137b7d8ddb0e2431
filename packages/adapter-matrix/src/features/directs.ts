import type { Op } from '@natter/core';
import { own } from '@natter/wire';
import { isRoomId, isUserId } from '../mapping/keys.ts';
import { readMemo, writeMemo } from '../mapping/memo.ts';
import { OPERATION, type Room } from '../mapping/room.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { getText, type JsonMap } from '../wire/json.ts';
import { partnerOf } from './partners.ts';

/** How rooms are encrypted. */
export const MEGOLM: JsonMap = { algorithm: 'm.megolm.v1.aes-sha2' };

/** Finds and makes the rooms of direct conversations. */
export class Directs {
  readonly #runtime: Runtime;
  /** Made in this run, and perhaps not told by a synchronisation yet. */
  readonly #made = new Map<string, string>();
  #making: Promise<unknown> = Promise.resolve();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * The room in which we talk to somebody: one there is, one that they have invited us to, or a new one. An operation that
   * is tried again finds the room that it made the first time. Rejects with WireError.
   */
  roomFor(userId: string, op: Op, signal: AbortSignal): Promise<string> {
    if (!isUserId(userId) || userId === this.#runtime.api.userId)
      return Promise.reject(refusal('M_NOT_FOUND', `"${userId.slice(0, 100)}" is nobody on Matrix`));
    // One after the other, or two would each make a room.
    const done = this.#making.then(() => this.#find(userId, op, signal));
    this.#making = done.catch(() => {}); // told to who asked for it
    return done;
  }

  /** The invitation to a direct conversation that somebody sent; undefined when there is none. */
  invitationOf(userId: string): Room | undefined {
    return [...this.#runtime.rooms.all()].find(
      ({ membership, direct, inviter }) => membership === 'invite' && direct && inviter === userId,
    );
  }

  /** Enters the room of an invitation and makes it a direct conversation. */
  async accept(room: Room, userId: string, signal: AbortSignal): Promise<string> {
    const { api, accountData } = this.#runtime;
    await api.call({ method: 'POST', path: ['client', 'v3', 'rooms', room.id, 'join'], body: {}, signal });
    await accountData.addDirect(userId, room.id, signal);
    this.#made.set(userId, room.id);
    return room.id;
  }

  /** Somebody is on the list no more: what was made for them counts no more. */
  forget(userId: string): void {
    this.#made.delete(userId);
  }

  /** Invites somebody again who has declined or left; the room is theirs to come back to. */
  async inviteAgain(userId: string, room: string, signal: AbortSignal): Promise<void> {
    const { api, rooms } = this.#runtime;
    const membership = own(rooms.get(room)?.people ?? {}, userId)?.membership;
    if (membership !== 'leave') return;
    const path = ['client', 'v3', 'rooms', room, 'invite'];
    await api.call({ method: 'POST', path, body: { user_id: userId }, signal });
  }

  /** The room of an operation that makes one, if it was made in an earlier attempt. */
  madeBy(op: Op): string | undefined {
    if (op.attempt <= 1 && op.memo === null) return undefined;
    const room = [...this.#runtime.rooms.all()].find(({ operation }) => operation === op.id);
    return readMemo(op).room ?? room?.id;
  }

  async #find(userId: string, op: Op, signal: AbortSignal): Promise<string> {
    const { accountData } = this.#runtime;
    const earlier = this.madeBy(op);
    if (earlier !== undefined) {
      await accountData.addDirect(userId, earlier, signal);
      return earlier;
    }
    const known = this.#known(userId);
    if (known !== undefined) return known;
    const invitation = this.invitationOf(userId);
    return invitation === undefined
      ? this.#make(userId, op, signal)
      : this.accept(invitation, userId, signal);
  }

  #known(userId: string): string | undefined {
    const { rooms, accountData } = this.#runtime;
    const theirs = [...rooms.all()].filter(
      (room) => room.membership === 'join' && !room.replaced && partnerOf(room, accountData) === userId,
    );
    return theirs.at(-1)?.id ?? this.#made.get(userId);
  }

  async #make(userId: string, op: Op, signal: AbortSignal): Promise<string> {
    const { api, host, accountData } = this.#runtime;
    const answer = await api.call({
      method: 'POST',
      path: ['client', 'v3', 'createRoom'],
      body: {
        preset: 'trusted_private_chat',
        is_direct: true,
        invite: [userId],
        creation_content: { [OPERATION]: op.id },
        ...encryptedFromTheStart(this.#runtime),
      },
      signal,
    });
    const room = getText(answer, 'room_id');
    if (!isRoomId(room)) throw new WireError('protocol', 'the server made a room without a name');
    await host.checkpoint(op.id, writeMemo(op, { room }));
    if (this.#runtime.encryption !== null) await this.#runtime.encryption.enable(room, MEGOLM);
    this.#made.set(userId, room);
    await accountData.addDirect(userId, room, signal);
    return room;
  }
}

/** Whoever can encrypt does so from the first message on. */
export function encryptedFromTheStart({ encryption }: Pick<Runtime, 'encryption'>): JsonMap {
  if (encryption === null) return {};
  return { initial_state: [{ type: 'm.room.encryption', state_key: '', content: MEGOLM }] };
}

function refusal(errcode: string, message: string): WireError {
  return new WireError('refused', message, { status: 404, errcode });
}
