import type { GapChange, Page, PageRequest, Place } from '@natter/core';
import { errorData, NatterError, type RemoteKey } from '@natter/core/model';
import { isEventId, isRoomId, keyOf } from '../mapping/keys.ts';
import { applyState, newRoom, readPerson, type Room } from '../mapping/room.ts';
import { readEvents, type RoomEvent } from '../mapping/room-event.ts';
import { isMessage, mapTimeline } from '../mapping/timeline.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { get, getList, getText, parseJson } from '../wire/json.ts';
import { readHole, type Hole } from './gaps.ts';
import type { RoomSync } from './room-sync.ts';

/** Events of one answer; more are not wanted whatever is asked for. */
const MOST_EVENTS = 100;
/** Answers that are looked through for a message: some rooms have long stretches of nothing but comings and goings. */
const MOST_SEARCHED = 10;
const FILTER = JSON.stringify({ lazy_load_members: true });

/** Where a page goes on. */
interface Position {
  /** The room, or one that it replaces. */
  readonly room: string;
  /** The server's token; null for the newest end. */
  readonly from: string | null;
  /** The stored message next to the page. */
  readonly beside: RemoteKey | null;
}

/** What one or more answers gave, oldest first. */
interface Stretch {
  readonly events: readonly RoomEvent[];
  readonly names: ReadonlyMap<string, string | null>;
  /** What has to be kept with them. */
  readonly state: Record<string, string | null>;
  /** Where it goes on; null at the end. */
  readonly next: string | null;
}

/** Pages of what was said (Matrix 1.16, section "GET /_matrix/client/v3/rooms/{roomId}/messages"). */
export class History {
  readonly #runtime: Runtime;
  readonly #roomSync: RoomSync;

  constructor(runtime: Runtime, roomSync: RoomSync) {
    this.#runtime = runtime;
    this.#roomSync = roomSync;
  }

  /** A page with at least one message in it, unless the end comes first. Rejects with WireError or NatterError. */
  async page(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const { conversation, direction, gap } = request;
    if (!isRoomId(conversation)) throw notFound(conversation);
    const hole = gap === undefined ? null : readHole(gap.token);
    const position = await this.#position(request, hole, signal);
    const stretch = await this.#stretch(request, position, hole, signal);
    const older = direction === 'older';
    const met =
      hole !== null && older ? stretch.events.findIndex(({ id }) => isEdge(id, hole, gap?.after)) : -1;
    const events = stretch.events.slice(met + 1).filter(({ id }) => id !== position.beside);
    const complete = met !== -1 || stretch.next === null;
    const place: Place = older
      ? { by: 'page', after: complete ? (gap?.after ?? null) : null, before: position.beside }
      : { by: 'page', after: position.beside, before: complete ? (gap?.before ?? null) : null };
    const room = this.#roomOf(position.room, events);
    const edge = (older ? events.find(isMessage) : events.findLast(isMessage))?.id ?? null;
    const beside = edge === null ? position.beside : keyOf(edge);
    // Before the first event of a room stand those of the room that it replaces.
    const [, before] = complete && older && gap === undefined ? this.#chain(position.room) : [];
    const further = before === undefined ? null : { room: before, from: null, beside };
    const onward = complete ? further : { room: position.room, from: stretch.next, beside };
    const { state } = stretch;
    const context = this.#roomSync.context(room, stretch.names, place, (key, value) => (state[key] = value));
    const gaps =
      gap === undefined ? [] : [shrunk({ gap, hole, from: stretch.next, beside, complete, older })];
    return {
      batch: {
        origin: 'archive',
        events: mapTimeline(events, context),
        gaps,
        state,
      },
      next: onward === null ? null : JSON.stringify(onward),
      reached: gap !== undefined || onward !== null ? null : older ? 'start' : 'end',
    };
  }

  async #position(request: PageRequest, hole: Hole | null, signal: AbortSignal): Promise<Position> {
    const { conversation, cursor, anchor, gap, direction } = request;
    const older = direction === 'older';
    const room = conversation;
    if (cursor !== undefined) return readCursor(cursor, room);
    if (gap !== undefined && hole !== null && older) return { room, from: hole.from, beside: gap.before };
    const beside = anchor ?? (older ? gap?.before : gap?.after) ?? null;
    if (beside === null) return { room, from: null, beside: null };
    return this.#positionOf(beside, this.#chain(room), older, signal);
  }

  /** Where an event stands, in a room or in one that it replaces. */
  async #positionOf(
    beside: RemoteKey,
    [room = '', ...others]: readonly string[],
    older: boolean,
    signal: AbortSignal,
  ): Promise<Position> {
    if (!isEventId(beside)) throw notFound(beside);
    const path = ['client', 'v3', 'rooms', room, 'context', beside];
    const query = { limit: '0', filter: FILTER };
    try {
      const answer = await this.#runtime.api.call({ method: 'GET', path, query, signal });
      return { room, from: getText(answer, older ? 'start' : 'end') ?? null, beside };
    } catch (error) {
      const elsewhere = error instanceof WireError && error.status === 404 && others.length > 0;
      if (!elsewhere) throw error;
      return this.#positionOf(beside, others, older, signal);
    }
  }

  /** A room and those that it replaces, newest first; rooms that replace each other in a circle come once. */
  #chain(room: string): readonly string[] {
    const chain = new Set([room]);
    let before = this.#runtime.rooms.get(room)?.predecessor ?? null;
    while (before !== null && !chain.has(before) && this.#runtime.rooms.get(before)?.replaced === true) {
      chain.add(before);
      before = this.#runtime.rooms.get(before)?.predecessor ?? null;
    }
    return [...chain];
  }

  async #stretch(
    { direction, limit }: PageRequest,
    position: Position,
    hole: Hole | null,
    signal: AbortSignal,
  ): Promise<Stretch> {
    const { api, encryption } = this.#runtime;
    const older = direction === 'older';
    const names = new Map<string, string | null>();
    const state: Record<string, string | null> = {};
    let events: RoomEvent[] = [];
    let from = position.from;
    for (let searched = 0; searched < MOST_SEARCHED; searched += 1) {
      const answer = await api.call({
        method: 'GET',
        path: ['client', 'v3', 'rooms', position.room, 'messages'],
        query: {
          dir: older ? 'b' : 'f',
          limit: String(Math.max(1, Math.min(limit, MOST_EVENTS))),
          filter: FILTER,
          ...(from === null ? {} : { from }),
        },
        signal,
      });
      const chunk = readEvents(getList(answer, 'chunk'));
      for (const event of [...readEvents(getList(answer, 'state')), ...chunk]) noteName(names, event);
      const opened: RoomEvent[] = [];
      for (const event of older ? chunk.toReversed() : chunk)
        opened.push(
          encryption !== null && event.type === 'm.room.encrypted'
            ? await encryption.open(position.room, event, (key, value) => (state[key] = value))
            : event,
        );
      events = older ? [...opened, ...events] : [...events, ...opened];
      const end = getText(answer, 'end') ?? null;
      const next = end === from || chunk.length === 0 ? null : end;
      const found = events.some((event) => isMessage(event) && event.id !== position.beside);
      const met = hole !== null && events.some(({ id }) => id === hole.last);
      if (next === null || found || met) return { events, names, state, next };
      from = next;
    }
    return { events, names, state, next: from };
  }

  /** A room that we have left may be gone from our memory; what its pages say of it serves then. */
  #roomOf(id: string, events: readonly RoomEvent[]): Room {
    const known = this.#runtime.rooms.get(id);
    if (known !== undefined) return known;
    const self = this.#runtime.api.userId;
    return events.reduce((room, event) => applyState(room, event, self), newRoom(id, 'leave'));
  }
}

function isEdge(id: string | null, hole: Hole, after: RemoteKey | null | undefined): boolean {
  return id !== null && (id === hole.last || id === after);
}

/** What is left of a hole once a page of it has come. */
function shrunk(rest: {
  gap: NonNullable<PageRequest['gap']>;
  hole: Hole | null;
  from: string | null;
  beside: RemoteKey | null;
  complete: boolean;
  older: boolean;
}): GapChange {
  const { gap, hole, from, beside, complete, older } = rest;
  if (complete || from === null || hole === null) return { op: 'close', id: gap.id };
  if (!older) return { op: 'open', gap: { ...gap, after: beside } };
  return { op: 'open', gap: { ...gap, before: beside, token: JSON.stringify({ ...hole, from }) } };
}

function noteName(names: Map<string, string | null>, { type, stateKey, content }: RoomEvent): void {
  if (type === 'm.room.member' && stateKey !== undefined)
    names.set(stateKey, readPerson(content)?.name ?? null);
}

function readCursor(cursor: string, conversation: string): Position {
  try {
    const map = parseJson(cursor, 5);
    const beside = get(map, 'beside');
    const told = get(map, 'room');
    const room = isRoomId(told) ? told : conversation;
    return { room, from: getText(map, 'from') ?? null, beside: isEventId(beside) ? keyOf(beside) : null };
  } catch {
    throw new NatterError(errorData('invalid', 'this is no place in the history', { scope: 'conversation' }));
  }
}

function notFound(key: string): NatterError {
  const message = `there is no "${key.slice(0, 100)}" on Matrix`;
  return new NatterError(errorData('not-found', message, { scope: 'conversation' }));
}
