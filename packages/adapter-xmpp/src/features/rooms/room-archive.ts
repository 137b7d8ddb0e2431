import type { Event, GapChange, MessageIn, Page, PageRequest, Place } from '@natter/core';
import { remoteKey, type OperationId, type RemoteKey } from '@natter/core/model';
import type { ArchivedMessage } from '../../mapping/archive.ts';
import { formatRoomMessageKey, parseRoomMessageKey } from '../../mapping/keys.ts';
import { readClaimedId } from '../../mapping/message.ts';
import { mapRoomMessage, readOwnOperation } from '../../mapping/rooms/message.ts';
import { readOccupantId } from '../../mapping/rooms/occupant.ts';
import type { Runtime } from '../../runtime.ts';
import { parseAddress } from '../../wire/address.ts';
import { asWireError } from '../../wire/error.ts';
import type { Archive, ArchivePage } from '../archive.ts';
import type { Room } from './room.ts';
import { recordState } from './records.ts';

/** Messages a page asks for, and the newest that a room brings along when it is entered for the first time. */
const PAGE = 100;
const FIRST = 50;
/** Pages that one visit fetches; what lies before is a hole that the hub fills. */
const MOST_PAGES = 50;
/** Pages that are looked through for one message. */
const MOST_SEARCHED = 10;

/** The archive of a room (XEP-0313 section 3.1): the one order of what was said in it. */
export class RoomArchive {
  readonly #runtime: Runtime;
  readonly #archive: Archive;

  constructor(runtime: Runtime, archive: Archive) {
    this.#runtime = runtime;
    this.#archive = archive;
  }

  /** Stores what was said since we last knew; on the first visit the newest. */
  async catchUp(room: Room, signal: AbortSignal): Promise<void> {
    if (room.last === null) return this.#newest(room, 'snapshot', signal);
    try {
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const after = room.last;
        const page = await this.#ask(room, { after: parseRoomMessageKey(after), max: PAGE }, signal);
        await this.#store(room, page, 'archive', { by: 'page', after, before: null });
        if (page.end.complete || page.messages.length === 0) return;
      }
      await this.#newest(room, 'archive', signal);
    } catch (error) {
      if (asWireError(error).condition !== 'item-not-found') throw error;
      await this.#newest(room, 'archive', signal); // the archive has forgotten what we knew last
    }
  }

  /** A page of one room. */
  async history(room: Room, request: PageRequest, signal: AbortSignal): Promise<Page> {
    const older = request.direction === 'older';
    const { gap } = request;
    const neighbour = request.anchor ?? (older ? gap?.before : gap?.after) ?? null;
    const from = request.cursor ?? (neighbour === null ? null : parseRoomMessageKey(neighbour));
    const position = older ? { before: from ?? '' } : from === null ? {} : { after: from };
    const max = Math.max(1, Math.min(request.limit, PAGE));
    const page = await this.#ask(room, { max, ...position }, signal);
    const { messages, end } = page;
    const finished = end.complete || messages.length === 0;
    const place: Place = { by: 'page', after: older ? null : neighbour, before: older ? neighbour : null };
    const edge = older ? messages[0] : messages.at(-1);
    const gaps: GapChange[] = [];
    if (gap !== undefined) {
      const far = older ? gap.after : gap.before;
      const met = far !== null && messages.some(({ archiveId }) => formatRoomMessageKey(archiveId) === far);
      if (finished || met || edge === undefined) gaps.push({ op: 'close', id: gap.id });
      else {
        const key = formatRoomMessageKey(edge.archiveId);
        gaps.push({ op: 'open', gap: older ? { ...gap, before: key } : { ...gap, after: key } });
      }
    }
    return {
      batch: { origin: 'archive', events: this.#map(room, messages, place), gaps },
      next: finished ? null : ((older ? end.first : end.last) ?? edge?.archiveId ?? null),
      reached: finished ? (older ? 'start' : 'end') : null,
    };
  }

  /** Looks for a message of ours by its id, as {@link Archive.find} does. */
  async find(
    room: Room,
    operation: OperationId,
    since: number,
    signal: AbortSignal,
  ): Promise<RemoteKey | null | undefined> {
    let before = '';
    for (let searched = 0; searched < MOST_SEARCHED; searched += 1) {
      const { messages, end } = await this.#ask(room, { start: since, before, max: PAGE }, signal);
      const found = messages.find(
        ({ message }) =>
          readOwnOperation(message) === operation && this.#speaker(room, message)?.self === true,
      );
      if (found !== undefined) return formatRoomMessageKey(found.archiveId);
      if (end.complete || messages.length === 0) return null;
      before = end.first ?? messages[0]?.archiveId ?? '';
    }
    return undefined;
  }

  /** Whose message an id of the room names, and by what id of its sender; null when the archive does not tell. */
  async lookUp(
    room: Room,
    id: string,
    signal: AbortSignal,
  ): Promise<{ claimed: string | null; self: boolean } | null> {
    try {
      const { messages } = await this.#ask(room, { ids: [id], max: 1 }, signal);
      const found = messages.find(({ archiveId }) => archiveId === id);
      if (found === undefined) return null;
      const self = this.#speaker(room, found.message)?.self ?? false;
      return { claimed: readClaimedId(found.message), self };
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error;
      return null;
    }
  }

  async #newest(room: Room, origin: 'snapshot' | 'archive', signal: AbortSignal): Promise<void> {
    const page = await this.#ask(room, { before: '', max: FIRST }, signal);
    const [first] = page.messages;
    const gaps: GapChange[] = [];
    if (origin === 'archive' && first !== undefined && !page.end.complete) {
      const before = formatRoomMessageKey(first.archiveId);
      const id = `room ${room.address} ${before}`;
      gaps.push({
        op: 'open',
        gap: { id, conversation: room.address, after: room.last, before, token: null },
      });
    }
    await this.#store(room, page, origin, { by: 'page', after: null, before: null }, gaps);
  }

  async #store(
    room: Room,
    page: ArchivePage,
    origin: 'snapshot' | 'archive',
    place: Place,
    gaps: readonly GapChange[] = [],
  ): Promise<void> {
    const { messages, end } = page;
    const newest = end.last ?? messages.at(-1)?.archiveId ?? null;
    if (newest !== null) room.last = formatRoomMessageKey(newest);
    const events = this.#map(room, messages, place);
    await this.#runtime.commits.batch({ origin, events, gaps, state: recordState(room) });
  }

  #map(room: Room, messages: readonly ArchivedMessage[], place: Place): Event[] {
    const items: MessageIn[] = [];
    const changes: Event[] = [];
    for (const { message, archiveId, sentAt } of messages) {
      if (message.attrs['type'] !== 'groupchat') continue;
      const sender = this.#speaker(room, message);
      room.sawMessage(archiveId, readClaimedId(message), sender?.self ?? false);
      const events = mapRoomMessage(message, {
        room: room.address,
        sender,
        nick: room.nick,
        archiveId,
        sentAt,
        receivedAt: Date.now(),
        place,
        targetOf: (id) => room.targetOf(id),
      });
      for (const event of events) {
        if (event.type === 'timeline') items.push(...event.items);
        else changes.push(event);
      }
    }
    if (items.length === 0) return changes;
    return [{ type: 'timeline', conversation: room.address, place, items }, ...changes];
  }

  /** Null for the room itself. An archive may keep no message of another room. */
  #speaker(room: Room, message: ArchivedMessage['message']): ReturnType<Room['formerSpeaker']> | null {
    const nick = parseAddress(message.attrs['from'])?.resource ?? '';
    if (nick === '') return null;
    return room.formerSpeaker(nick, readOccupantId(message), readOwnOperation(message) !== null);
  }

  #ask(room: Room, query: Parameters<Archive['ask']>[1], signal: AbortSignal): Promise<ArchivePage> {
    return this.#archive.ask(remoteKey(room.address), query, signal);
  }
}
