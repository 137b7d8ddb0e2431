import type { Op, OpBody, Outcome } from '@natter/core';
import { errorData, type Target } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { TEXT_BYTES } from '../../capabilities.ts';
import { mapError } from '../../mapping/errors.ts';
import { parseRoomMessageKey } from '../../mapping/keys.ts';
import { toRoom, writeMessage } from '../../mapping/outgoing.ts';
import { writeModeration, writeTopic } from '../../mapping/rooms/requests.ts';
import type { Runtime } from '../../runtime.ts';
import { asWireError, WireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import type { RoomArchive } from './room-archive.ts';
import type { RoomMessages, TopicOf } from './room-messages.ts';
import type { Room } from './room.ts';
import { notInside, type Visits } from './visits.ts';

/** How long a room may take to repeat what we say (milliseconds). */
const ECHO_TIME = 30_000;
/** How far the room's clock may be behind ours. */
const CLOCK_SKEW = 10 * 60_000;

/** Speaks in rooms. A message is accepted when the room repeats it (XEP-0045 section 7.4). */
export class RoomSending {
  readonly #runtime: Runtime;
  readonly #visits: Visits;
  readonly #messages: RoomMessages;
  readonly #archive: RoomArchive;

  readonly #comeBack: (room: Room) => Promise<void>;

  /** `comeBack` enters a room that has lost us, and never rejects. */
  constructor(
    runtime: Runtime,
    visits: Visits,
    messages: RoomMessages,
    archive: RoomArchive,
    comeBack: (room: Room) => Promise<void>,
  ) {
    this.#runtime = runtime;
    this.#visits = visits;
    this.#comeBack = comeBack;
    this.#messages = messages;
    this.#archive = archive;
  }

  async perform(room: Room, op: Op, signal: AbortSignal): Promise<Outcome> {
    if (!(await this.#visits.settled(room))) return { result: 'refused', error: notInside(room) };
    if (isTooLong(op.body)) return tooLong();
    try {
      if (op.body.type === 'mark-read' && !room.traits.membersOnly) return { result: 'accepted', refs: [] };
      const body = await this.#resolve(room, op.body, signal);
      if (body === 'moderate') return await this.#moderate(room, op.body, signal);
      const stanza = body === null ? null : writeMessage(op.id, toRoom(room.address), body);
      if (stanza === null) return refuse('this cannot be said here, or refers to what has no id');
      return await this.#say(room, op, stanza, signal);
    } catch (error) {
      const failure = asWireError(error);
      return (await this.#isLost(room, failure, signal)) ? notSent() : failed(failure);
    }
  }

  /** XEP-0045 section 7.4: whether a room has refused what we said because it takes us for outside; then we go in again. */
  async #isLost(room: Room, { code, condition }: WireError, signal: AbortSignal): Promise<boolean> {
    if (code !== 'stanza-error' || condition !== 'not-acceptable') return false;
    if (await this.#visits.ping(room, signal).catch(() => true)) return false;
    await this.#comeBack(room);
    return true;
  }

  /** Changes the topic; the room tells everybody, us included. */
  async topic(room: Room, op: Op, text: string, signal: AbortSignal): Promise<Outcome> {
    try {
      const stanza = writeTopic(op.id, room.address, text);
      return await this.#say(room, op, stanza, signal, `topic ${room.address}`);
    } catch (error) {
      return failed(asWireError(error));
    }
  }

  /** Whether an operation landed, as far as the room's archive knows. */
  async verify(room: Room, op: Op, signal: AbortSignal): Promise<Outcome> {
    if (!['send', 'edit', 'retract'].includes(op.body.type)) return notSent(); // doing it again changes nothing
    try {
      await this.#visits.settled(room);
      if (!room.traits.archive) return unknown('the room keeps nothing of what was said');
      const found = await this.#archive.find(room, op.id, startOf(op) - CLOCK_SKEW, signal);
      if (found === null) return notSent();
      if (found !== undefined)
        return { result: 'accepted', refs: [found], claimed: op.id, conversation: room.address };
    } catch (error) {
      return { result: 'unknown', error: mapError(asWireError(error), 'message', false) };
    }
    return unknown('the archive is too long to search');
  }

  async #say(
    room: Room,
    op: Op,
    stanza: Element,
    signal: AbortSignal,
    awaited: Op['id'] | TopicOf = op.id,
  ): Promise<Outcome> {
    const { host, stream, bounced } = this.#runtime;
    await host.checkpoint(op.id, op.memo ?? JSON.stringify({ at: Date.now() }));
    if (signal.aborted || stream.ended) return notSent();
    const { echoed, forget } = this.#messages.echoOf(awaited);
    const refused = new Promise<never>((_, reject) => bounced.set(op.id, reject));
    const { over, stop } = this.#limit(signal);
    try {
      const { taken } = stream.deliver(stanza);
      taken.catch(() => {}); // that the link broke, `over` tells too, in time
      const gone = taken.then(() => new Promise<never>(() => {}));
      const key = await Promise.race([echoed, refused, over, gone]);
      return {
        result: 'accepted',
        refs: key === null ? [] : [key],
        claimed: op.id,
        conversation: room.address,
      };
    } finally {
      stop();
      forget();
      bounced.delete(op.id);
    }
  }

  #limit(signal: AbortSignal): { over: Promise<never>; stop: () => void } {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    const abort = (): void => reject(new WireError('aborted', 'given up'));
    const timer = setTimeout(
      () => reject(new WireError('timeout', 'the room does not repeat what we said')),
      ECHO_TIME,
    );
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return {
      over: promise,
      stop: () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      },
    };
  }

  /** Says by which id a change names its message; `moderate` for the removal of somebody else's. */
  async #resolve(room: Room, body: OpBody, signal: AbortSignal): Promise<OpBody | 'moderate' | null> {
    if (body.type !== 'edit' && body.type !== 'retract') return body;
    const author = await this.#authorOf(room, body.target, signal);
    if (author === null) return null;
    if (!author.self) {
      if (body.type === 'retract' && room.traits.moderation !== null) return 'moderate';
      throw new WireError('stanza-error', 'only who wrote a message can change it', {
        condition: 'forbidden',
      });
    }
    if (body.type === 'retract') return body;
    if (author.claimed === null) return null;
    return { ...body, target: { claimed: author.claimed, sender: room.own } };
  }

  async #authorOf(
    room: Room,
    target: Target,
    signal: AbortSignal,
  ): Promise<{ claimed: string | null; self: boolean } | null> {
    if (!('stable' in target)) return { claimed: target.claimed, self: target.sender === room.own };
    const id = parseRoomMessageKey(target.stable);
    return room.authorOf(id) ?? (await this.#archive.lookUp(room, id, signal));
  }

  /** XEP-0425: the room removes it and tells everybody. */
  async #moderate(room: Room, body: OpBody, signal: AbortSignal): Promise<Outcome> {
    if (body.type !== 'retract' || !('stable' in body.target))
      return refuse('it has no id that the room gave');
    const id = parseRoomMessageKey(body.target.stable);
    const old = room.traits.moderation === NS.oldModeration;
    const request = writeModeration(id, body.reason, old);
    await this.#runtime.stream.request('set', room.address, request, signal);
    return { result: 'accepted', refs: [] };
  }
}

function failed(failure: WireError): Outcome {
  if (failure.code === 'stanza-error') return { result: 'refused', error: mapError(failure, 'message') };
  return { result: 'unknown', error: mapError(failure, 'message', false) };
}

function isTooLong(body: OpBody): boolean {
  if (body.type !== 'send' && body.type !== 'edit') return false;
  return new TextEncoder().encode(body.content.text).length > TEXT_BYTES;
}

function tooLong(): Outcome {
  const message = `the text is longer than ${TEXT_BYTES} bytes`;
  return {
    result: 'refused',
    error: errorData('too-large', message, { scope: 'message', userAction: 'shorten' }),
  };
}

function notSent(): Outcome {
  const error = errorData('network', 'it did not reach the room', { scope: 'message', retriable: true });
  return { result: 'not-sent', error };
}

function unknown(why: string): Outcome {
  return { result: 'unknown', error: errorData('unsupported', why, { scope: 'message', certain: false }) };
}

function refuse(message: string): Outcome {
  return { result: 'refused', error: errorData('unsupported', message, { scope: 'message' }) };
}

/** When the first attempt began, or long ago when that is not known. */
function startOf({ memo }: Op): number {
  const at = /"at":(\d{1,15})/.exec(memo ?? '')?.[1];
  return at === undefined ? Date.now() - 7 * 24 * 60 * 60_000 : Number(at);
}
