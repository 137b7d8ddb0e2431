import type { Event } from '@natter/core';
import { remoteKey, type OperationId, type RemoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { readTyping, TYPING_TIME } from '../../mapping/chat-state.ts';
import { formatRoomMessageKey } from '../../mapping/keys.ts';
import { readClaimedId, readStanzaId } from '../../mapping/message.ts';
import { mapRoomMessage, readOwnOperation, readTopic } from '../../mapping/rooms/message.ts';
import { readOccupantId } from '../../mapping/rooms/occupant.ts';
import { readDelay } from '../../mapping/time.ts';
import type { Runtime } from '../../runtime.ts';
import { parseAddress } from '../../wire/address.ts';
import { recordState } from './records.ts';
import type { Room } from './room.ts';

/** Live messages that wait while a room's archive is read; what is beyond is in the archive too. */
const MOST_WAITING = 1_000;

/** What a change of topic is waited for by: some rooms tell it under an id of their own. */
export type TopicOf = `topic ${RemoteKey}`;

/** Groupchat messages as they happen. The room's echo of our own is its word that it took them. */
export class RoomMessages {
  readonly #runtime: Runtime;
  readonly #echoes = new Map<string, (key: RemoteKey | null) => void>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Resolves with the room's key of our message, null where it gives none, once its echo is stored. */
  echoOf(operation: OperationId | TopicOf): {
    readonly echoed: Promise<RemoteKey | null>;
    forget: () => void;
  } {
    const { promise, resolve } = Promise.withResolvers<RemoteKey | null>();
    this.#echoes.set(operation, resolve);
    return { echoed: promise, forget: () => void this.#echoes.delete(operation) };
  }

  /** Takes a groupchat message; false when there is nothing in it to store, or the room's archive keeps it for us. */
  receive(room: Room, message: Element, number: number): boolean {
    if (room.phase === 'outside') return false;
    room.heardAt = performance.now();
    if (!room.traits.archive || room.caughtUp) return this.#process(room, message, number);
    // What was said before it comes from the archive first. A cut meanwhile loses nothing: the archive has it.
    if (room.waiting.length < MOST_WAITING) room.waiting.push(() => void this.#process(room, message, null));
    return false;
  }

  /** The archive has been read: live messages now stand behind what was missed. */
  release(room: Room): void {
    room.caughtUp = true;
    for (const process of room.waiting.splice(0)) process();
  }

  #process(room: Room, message: Element, number: number | null): boolean {
    const nick = parseAddress(message.attrs['from'])?.resource ?? '';
    const occupantId = readOccupantId(message);
    const sentAt = readDelay(message);
    const operation = readOwnOperation(message);
    const sender =
      nick === ''
        ? null
        : sentAt === null
          ? room.speaker(nick, occupantId)
          : room.formerSpeaker(nick, occupantId, operation !== null);
    if (sender !== null && sentAt === null) this.#hintTyping(room, message, sender);
    // A room that gives no ids passes on whatever a stranger made up.
    const archiveId = room.traits.stanzaIds ? readStanzaId(message, room.address) : null;
    const context = {
      room: room.address,
      sender,
      nick: room.nick,
      archiveId,
      sentAt,
      receivedAt: Date.now(),
      place: { by: 'tail' } as const,
      targetOf: (id: string) => room.targetOf(id),
    };
    const topic = readTopic(message);
    const events: Event[] =
      topic === null
        ? mapRoomMessage(message, context)
        : [{ type: 'upsert', of: 'conversation', key: room.address, value: { topic: topic || null } }];
    if (archiveId !== null) this.#moveOn(room, archiveId, message, sender?.self ?? false);
    const key = archiveId === null ? null : formatRoomMessageKey(archiveId);
    const awaited = topic === null ? operation : (`topic ${room.address}` satisfies TopicOf);
    const echo = sender?.self === true && awaited !== null ? this.#echoes.get(awaited) : undefined;
    if (events.length === 0) {
      echo?.(key);
      return false;
    }
    room.lastAt = sentAt ?? Date.now();
    const batch = { origin: 'live', events, state: recordState(room) } as const;
    const { commits } = this.#runtime;
    const stored = number === null ? commits.batch(batch) : commits.stanza(number, batch);
    void stored.then((durable) => durable && echo?.(key));
    return number !== null;
  }

  #moveOn(room: Room, archiveId: string, message: Element, self: boolean): void {
    room.sawMessage(archiveId, readClaimedId(message), self);
    if (room.traits.archive) room.last = formatRoomMessageKey(archiveId);
  }

  #hintTyping(room: Room, message: Element, sender: ReturnType<Room['speaker']>): void {
    const active = readTyping(message);
    if (active === null || sender.self) return;
    const { key, name } = sender;
    this.#runtime.host.hint([
      {
        type: 'typing',
        conversation: remoteKey(room.address),
        key,
        name,
        active,
        expiresAt: Date.now() + TYPING_TIME,
      },
    ]);
  }
}
