import type { Op, OpBody, Outcome } from '@natter/core';
import type { RemoteKey, Target } from '@natter/core/model';
import { TEXT_BYTES } from '../capabilities.ts';
import { failedOutcome, refused } from '../mapping/errors.ts';
import { isEventId, isRoomId, isUserId, keyOf } from '../mapping/keys.ts';
import { writeEdit, writeReaction, writeSend } from '../mapping/outgoing.ts';
import { qualified } from '../mapping/reaction-key.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { get, getList, getMap, getText, isMap, type JsonMap } from '../wire/json.ts';
import type { Directs } from './directs.ts';
import type { Uploads } from './uploads.ts';

type Body<T extends OpBody['type']> = Extract<OpBody, { type: T }>;

/** Pages of reactions that are looked through for one of ours. */
const MOST_PAGES = 20;
/** How long the server shall say that we type, if we say nothing more (milliseconds). */
const TYPING_TIME = 30_000;

/**
 * What we say and do in conversations. The operation's id is the transaction's: the server does the same thing once
 * however often it is asked, and tells this device which of its operations an event is.
 */
export class Outgoing {
  readonly #runtime: Runtime;
  readonly #directs: Directs;
  readonly #uploads: Uploads;

  constructor(runtime: Runtime, directs: Directs, uploads: Uploads) {
    this.#runtime = runtime;
    this.#directs = directs;
    this.#uploads = uploads;
  }

  async send(asked: Op & { body: Body<'send'> }, signal: AbortSignal): Promise<Outcome> {
    if (isLonger(asked.body.content.text, TEXT_BYTES))
      return refused('too-large', `Matrix carries ${TEXT_BYTES} bytes of text in one message`);
    if (signal.aborted) return failedOutcome(new WireError('aborted', 'it was taken back'));
    const op = await this.#withFile(asked, signal);
    if ('result' in op) return op;
    const { body } = op;
    return this.#inRoom(op, signal, async (roomId) => {
      const replyTo = body.replyTo === null ? null : eventOf(body.replyTo.target);
      const thread = body.thread === null ? null : eventOf(body.thread);
      const content = writeSend(body, { replyTo, thread });
      if (content === null) return refused('unsupported', 'this cannot be said on Matrix');
      const id = await this.#put(roomId, 'm.room.message', { op, content, signal });
      const born = typeof op.conversation === 'string' ? {} : { conversation: keyOf(roomId) };
      return { result: 'accepted', refs: [keyOf(id)], ...born };
    });
  }

  /** A file is brought to the server before it is spoken of, and encrypted where that will be. */
  async #withFile(
    op: Op & { body: Body<'send'> },
    signal: AbortSignal,
  ): Promise<(Op & { body: Body<'send'> }) | Outcome> {
    if (op.body.content.kind !== 'attachment') return op;
    try {
      const sealed = await this.#isEncrypted(await this.#roomOf(op, signal), signal);
      return await this.#uploads.prepare(op, sealed, signal);
    } catch (error) {
      return failedOutcome(error);
    }
  }

  /** Anybody may send an edit of anything and clients ignore it: so it is asked whose message it is. */
  edit(op: Op, { target, content }: Body<'edit'>, signal: AbortSignal): Promise<Outcome> {
    return this.#inRoom(op, signal, async (roomId) => {
      const eventId = eventOf(target);
      const written = writeEdit(content, eventId);
      if (written === null) return refused('unsupported', 'this cannot be said on Matrix');
      const path = ['client', 'v3', 'rooms', roomId, 'event', eventId];
      const event = await this.#runtime.api.call({ method: 'GET', path, signal });
      if (get(event, 'sender') !== this.#runtime.api.userId)
        return refused('forbidden', 'only who wrote a message may change it');
      await this.#put(roomId, 'm.room.message', { op, content: written, signal });
      return { result: 'accepted', refs: [] };
    });
  }

  retract(op: Op, { target, reason }: Body<'retract'>, signal: AbortSignal): Promise<Outcome> {
    return this.#inRoom(op, signal, async (roomId) => {
      await this.#redact(roomId, eventOf(target), { op, signal, reason });
      return { result: 'accepted', refs: [] };
    });
  }

  react(op: Op, { target, key, on }: Body<'react'>, signal: AbortSignal): Promise<Outcome> {
    return this.#inRoom(op, signal, async (roomId) => {
      const eventId = eventOf(target);
      if (on) {
        const content = writeReaction(eventId, key);
        await this.#put(roomId, 'm.reaction', { op, content, signal }).catch(alreadyThere);
      } else {
        const mine = await this.#ownReaction(roomId, { target: eventId, key }, signal).catch(
          (error: unknown) => {
            // Servers without that question: what has come by serves.
            if (!(error instanceof WireError) || (error.status !== 404 && error.status !== 405)) throw error;
            return this.#runtime.rooms.reactionOf(this.#runtime.api.userId, eventId, key);
          },
        );
        if (mine !== null) await this.#redact(roomId, mine, { op, signal, reason: null });
      }
      return { result: 'accepted', refs: [] };
    });
  }

  /** Matrix 1.16, section "Fully read markers". */
  markRead(op: Op, { upTo }: Body<'mark-read'>, signal: AbortSignal): Promise<Outcome> {
    return this.#inRoom(op, signal, async (roomId) => {
      const eventId = eventOf(upTo);
      const receipt = this.#runtime.config.privateReceipts ? 'm.read.private' : 'm.read';
      const body = { 'm.fully_read': eventId, [receipt]: eventId };
      const path = ['client', 'v3', 'rooms', roomId, 'read_markers'];
      await this.#runtime.api.call({ method: 'POST', path, body, signal });
      return { result: 'accepted', refs: [] };
    });
  }

  /** Best effort. */
  typing(conversation: RemoteKey, active: boolean): void {
    const { api, ended, host } = this.#runtime;
    if (!isRoomId(conversation)) return;
    const path = ['client', 'v3', 'rooms', conversation, 'typing', api.userId];
    const body = active ? { typing: true, timeout: TYPING_TIME } : { typing: false };
    api.call({ method: 'PUT', path, body, signal: ended }).catch((error: unknown) => {
      if (!ended.aborted)
        host.log('debug', 'matrix-typing-not-told', { message: String(error).slice(0, 200) });
    });
  }

  async #inRoom(op: Op, signal: AbortSignal, work: (roomId: string) => Promise<Outcome>): Promise<Outcome> {
    try {
      if (signal.aborted) throw new WireError('aborted', 'it was taken back');
      return await work(await this.#roomOf(op, signal));
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #roomOf(op: Op, signal: AbortSignal): Promise<string> {
    const { conversation } = op;
    if (conversation === null) throw new WireError('invalid', 'no conversation is named');
    if (typeof conversation === 'object') return this.#directs.roomFor(conversation.direct, op, signal);
    // A conversation that was never born is known by whom it is with.
    if (isUserId(conversation)) return this.#directs.roomFor(conversation, op, signal);
    if (!isRoomId(conversation)) throw new WireError('refused', 'there is no such room', { status: 404 });
    return conversation;
  }

  /** Resolves with the id of the event. */
  async #put(
    roomId: string,
    type: string,
    { op, content, signal }: { op: Op; content: JsonMap; signal: AbortSignal },
  ): Promise<string> {
    const { api } = this.#runtime;
    // Reactions are not encrypted by anybody, or servers could not gather them.
    const sealed = type !== 'm.reaction' && (await this.#isEncrypted(roomId, signal));
    const body = sealed ? await this.#seal(roomId, type, { content, signal }) : content;
    const path = ['client', 'v3', 'rooms', roomId, 'send', sealed ? 'm.room.encrypted' : type, op.id];
    const id = getText(await api.call({ method: 'PUT', path, body, signal }), 'event_id');
    if (!isEventId(id)) throw new WireError('protocol', 'the server took an event and gave it no name');
    return id;
  }

  /**
   * A room that no synchronisation has told as one that we are in is asked for: of an invitation servers tell only a
   * part, and what is secret must not go out before we know.
   */
  async #isEncrypted(roomId: string, signal: AbortSignal): Promise<boolean> {
    const { rooms, encryption } = this.#runtime;
    if (rooms.get(roomId)?.encrypted === true || (await encryption?.isEncrypted(roomId)) === true)
      return true;
    if (rooms.get(roomId)?.membership === 'join') return false;
    return this.#askForEncryption(roomId, signal);
  }

  /** Whether the server says that a room is encrypted; how, the keys are told. */
  async #askForEncryption(roomId: string, signal: AbortSignal): Promise<boolean> {
    const { api, encryption } = this.#runtime;
    const path = ['client', 'v3', 'rooms', roomId, 'state', 'm.room.encryption'];
    const content = await api.call({ method: 'GET', path, signal }).catch(notEncrypted);
    if (content !== null) await encryption?.enable(roomId, content);
    return content !== null;
  }

  async #seal(
    roomId: string,
    type: string,
    { content, signal }: { content: JsonMap; signal: AbortSignal },
  ): Promise<JsonMap> {
    const { encryption } = this.#runtime;
    if (encryption === null) throw impossible('this room is encrypted, and this account has no keys here');
    if (get(content, 'url') !== undefined) throw impossible('this room is encrypted, and the file was not');
    // Matrix 1.18, section "m.room.encryption": with an algorithm that one does not know, one says nothing.
    if (!(await encryption.isEncrypted(roomId))) await this.#askForEncryption(roomId, signal);
    if (!(await encryption.isEncrypted(roomId)))
      throw impossible('this room is encrypted in a way that natter does not know');
    return encryption.encrypt(roomId, type, content, signal);
  }

  async #redact(
    roomId: string,
    eventId: string,
    { op, signal, reason }: { op: Op; signal: AbortSignal; reason: string | null },
  ): Promise<void> {
    const path = ['client', 'v3', 'rooms', roomId, 'redact', eventId, op.id];
    const body = reason === null ? {} : { reason };
    await this.#runtime.api.call({ method: 'PUT', path, body, signal });
  }

  /** Matrix 1.16, section "Relationships API": a reaction is taken back by redacting its event. */
  async #ownReaction(
    roomId: string,
    { target, key }: { target: string; key: string },
    signal: AbortSignal,
  ): Promise<string | null> {
    const { api } = this.#runtime;
    const path = ['client', 'v1', 'rooms', roomId, 'relations', target, 'm.annotation', 'm.reaction'];
    let from: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { limit: '100', ...(from === undefined ? {} : { from }) };
      const answer = await api.call({ method: 'GET', path, query, signal });
      for (const event of getList(answer, 'chunk').filter(isMap)) {
        const relation = getMap(getMap(event, 'content'), 'm.relates_to');
        const id = get(event, 'event_id');
        const same = qualified(getText(relation, 'key') ?? '') === qualified(key);
        if (get(event, 'sender') === api.userId && same && isEventId(id)) return id;
      }
      from = getText(answer, 'next_batch');
      if (from === undefined) return null;
    }
    return null;
  }
}

/** Messages have no name but the server's. */
function eventOf(target: Target): string {
  if ('stable' in target && isEventId(target.stable)) return target.stable;
  throw new WireError('refused', 'there is no such message', { status: 404, errcode: 'M_NOT_FOUND' });
}

function notEncrypted(error: unknown): null {
  if (error instanceof WireError && error.status === 404) return null;
  throw error;
}

function impossible(message: string): WireError {
  return new WireError('refused', message, { errcode: 'M_UNRECOGNIZED', status: 400 });
}

function alreadyThere(error: unknown): void {
  if (!(error instanceof WireError) || error.errcode !== 'M_DUPLICATE_ANNOTATION') throw error;
}

/** Whether a text has more bytes than this in UTF-8, which makes at most three of a unit of UTF-16. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
