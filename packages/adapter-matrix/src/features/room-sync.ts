import type { ConversationIn, Event, Place } from '@natter/core';
import { own } from '@natter/wire';
import { keyOf } from '../mapping/keys.ts';
import {
  applyState,
  applySummary,
  conversationOf,
  newRoom,
  SPACE,
  readPerson,
  type Membership,
  type Room,
} from '../mapping/room.ts';
import { readEvents, type RoomEvent } from '../mapping/room-event.ts';
import type { JoinedRoom, StrippedRoom } from '../mapping/sync.ts';
import { isMessage, mapTimeline, type TimelineContext } from '../mapping/timeline.ts';
import type { Remember } from '../encryption.ts';
import type { Runtime } from '../runtime.ts';
import { get, getMap, getText } from '../wire/json.ts';
import type { Draft } from './draft.ts';
import { gapBefore } from './gaps.ts';
import { Members } from './members.ts';
import { partnerOf } from './partners.ts';
import { readFullyRead, readReceipts } from './receipts.ts';
import { Typing } from './typing.ts';

/** A synchronisation tells each room's events in the order that the archive has, behind all that came before. */
const BEHIND_ALL: Place = { by: 'page', after: null, before: null };
/** Names of senders that are kept beside those of the heroes, while one answer is read. */
type Names = ReadonlyMap<string, string | null>;

/** Takes in what a synchronisation tells of rooms. */
export class RoomSync {
  readonly #runtime: Runtime;
  readonly #members = new Members();
  readonly #typing = new Typing();
  /** What the hub was told of each room in this run. */
  readonly #told = new Map<string, string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** A room that we are in, or have left. `since` is the token that the answer goes on from. */
  async joined(
    draft: Draft,
    part: JoinedRoom,
    membership: 'join' | 'leave',
    since: string | null,
  ): Promise<void> {
    const { rooms, api, encryption } = this.#runtime;
    const before = rooms.get(part.id);
    if (before?.replaced === true) return;
    const state = readEvents(part.state);
    const sealed = readEvents(part.timeline);
    await this.#prepare(part, state, sealed);
    const timeline: RoomEvent[] = [];
    const remember: Remember = (key, value) => draft.remember(key, value);
    for (const event of sealed) {
      const opens = encryption !== null && event.type === 'm.room.encrypted';
      timeline.push(opens ? await encryption.open(part.id, event, remember) : event);
    }
    const changes = [...state, ...timeline].filter(({ stateKey }) => stateKey !== undefined);
    const start = applySummary({ ...(before ?? newRoom(part.id, membership)), membership }, part.summary);
    const room = this.#withAccountData(
      changes.reduce((each, event) => applyState(each, event, api.userId), start),
      part,
    );
    const stored = {
      ...room,
      membership: settled(room.membership, membership),
      last: lastOf(timeline) ?? room.last,
      lastMessage: lastOf(timeline.filter(isMessage)) ?? room.lastMessage,
    };
    if (before === undefined && this.#isReplaced(stored)) {
      rooms.put(draft, { ...stored, replaced: true });
      return;
    }
    rooms.put(draft, stored);
    this.#follow(draft, stored, before);
    this.tell(draft, stored);
    this.#tellChildren(draft, stored, before);
    draft.events.push(...this.#memberEvents(changes, before, stored));
    const gap = gapBefore(part, timeline, before, since);
    if (gap !== null) draft.gaps.push({ op: 'open', gap });
    const context = this.context(stored, namesOf(changes), BEHIND_ALL, remember);
    draft.events.push(...mapTimeline(timeline, context));
    this.#positions(timeline);
    for (const event of timeline) await encryption?.follow(part.id, event);
    this.#passing(draft, part, context);
  }

  /** A room that we are invited to, or knock at. */
  stripped(draft: Draft, part: StrippedRoom, membership: 'invite' | 'knock'): void {
    const { rooms, api } = this.#runtime;
    const known = rooms.get(part.id);
    const start: Room = { ...(known ?? newRoom(part.id, membership)), membership };
    const room = readEvents(part.state).reduce((each, event) => applyState(each, event, api.userId), start);
    const stored: Room = { ...room, membership };
    rooms.put(draft, stored);
    // An invitation to a direct conversation is somebody who asks, and no conversation yet.
    if (!(membership === 'invite' && stored.direct)) this.tell(draft, stored);
  }

  /** Tells the hub what a room is as a conversation, if that is not what it was told before. */
  tell(draft: Draft, room: Room): void {
    const { api, accountData, rooms } = this.#runtime;
    if (room.replaced) return;
    const partner = partnerOf(room, accountData);
    const muted = accountData.isMuted(room.id);
    const told = { self: api.userId, partner, muted, space: rooms.spaceOf(room.id) };
    const known = this.#told.has(room.id) ? {} : ({ kind: 'group' } as const);
    const value: ConversationIn = { ...known, ...conversationOf(room, told) };
    const text = JSON.stringify(value);
    if (this.#told.get(room.id) === text) return;
    this.#told.set(room.id, text);
    draft.events.push({ type: 'upsert', of: 'conversation', key: keyOf(room.id), value });
  }

  /** A room that we have just made: the server tells it piece by piece. */
  async made(roomId: string, value: ConversationIn): Promise<void> {
    this.#told.set(roomId, '');
    const event: Event = { type: 'upsert', of: 'conversation', key: keyOf(roomId), value };
    await this.#runtime.host.commit({ origin: 'live', events: [event] });
  }

  /** What is needed to read a timeline of a room. */
  context(room: Room, names: Names, place: Place, remember: Remember): TimelineContext {
    const { rooms, api, contacts, accountData } = this.#runtime;
    const partner = partnerOf(room, accountData);
    const ignored = accountData.ignored();
    return {
      self: api.userId,
      room,
      conversation: keyOf(rooms.goesOnAs(room.id)),
      place,
      receivedAt: Date.now(),
      isContact: (userId) => userId === partner || contacts.has(userId),
      isIgnored: (userId) => ignored.has(userId),
      nameOf: (userId) => names.get(userId) ?? own(room.people, userId)?.name ?? null,
      reaction: (eventId) => rooms.reaction(eventId),
      remember: (reaction) => rooms.remember(remember, reaction),
      keywords: accountData.keywords,
    };
  }

  /** Rooms that came into a space or left it, which may have been told before it. */
  #tellChildren(draft: Draft, room: Room, before: Room | undefined): void {
    if (room.type !== SPACE || (before !== undefined && before.children === room.children)) return;
    for (const id of new Set([...room.children, ...(before?.children ?? [])])) {
      const child = this.#runtime.rooms.get(id);
      if (child?.membership === 'join') this.tell(draft, child);
    }
  }

  /** What encryption must know of a room before its events are opened. */
  async #prepare(
    { id: room, limited }: JoinedRoom,
    state: readonly RoomEvent[],
    timeline: readonly RoomEvent[],
  ): Promise<void> {
    const { encryption } = this.#runtime;
    if (encryption === null) return;
    for (const { type, stateKey, content } of [...state, ...timeline])
      if (type === 'm.room.encryption' && stateKey === '') await encryption.enable(room, content);
    // Members in the state part are those who speak, told again and again; who came or went in a hole is not told at all.
    const matters = ({ type }: RoomEvent): boolean =>
      type === 'm.room.member' || type === 'm.room.history_visibility';
    if (limited || timeline.some(matters)) encryption.changed(room);
  }

  #withAccountData(room: Room, { accountData }: JoinedRoom): Room {
    const tags = accountData.findLast((event) => getText(event, 'type') === 'm.tag');
    if (tags === undefined) return room;
    const pinned = getMap(getMap(getMap(tags, 'content'), 'tags'), 'm.favourite') !== undefined;
    return { ...room, pinned };
  }

  /**
   * A room that replaces another goes on with its conversation, if both say so. The old one is told no more; that happens
   * to it once, so rooms that replace each other in a circle end.
   */
  #follow(draft: Draft, room: Room, before: Room | undefined): void {
    const { rooms } = this.#runtime;
    const old = room.predecessor === null ? undefined : rooms.get(room.predecessor);
    if (before !== undefined || room.membership !== 'join' || old === undefined) return;
    if (old.id === room.id || old.replaced || old.successor !== room.id || old.last === null) return;
    rooms.put(draft, { ...old, replaced: true });
    draft.events.push({ type: 'rekey', of: 'conversation', from: keyOf(old.id), to: keyOf(room.id) });
  }

  /** Told after the room that goes on with it, as sliding synchronisation may: that one's history leads to it. */
  #isReplaced({ id, successor }: Room): boolean {
    const next = successor === null ? undefined : this.#runtime.rooms.get(successor);
    return next?.membership === 'join' && next.predecessor === id && next.successor !== id;
  }

  #memberEvents(changes: readonly RoomEvent[], before: Room | undefined, room: Room): Event[] {
    const { api } = this.#runtime;
    const events = changes
      .filter(({ type }) => type === 'm.room.member')
      .flatMap((event) => this.#members.take(event, room, api.userId));
    const levels = changes.some(({ type }) => type === 'm.room.power_levels');
    const changed = levels ? this.#members.rolesChanged(before?.power.content ?? null, room) : [];
    return [...events, ...changed];
  }

  /** Receipts may point to any event: each of those that are no messages stands at the message before it. */
  #positions(timeline: readonly RoomEvent[]): void {
    let message: string | null = null;
    for (const event of timeline) {
      if (event.id === null) continue;
      if (isMessage(event)) message = event.id;
      else if (message !== null) this.#runtime.rooms.place(event.id, message);
    }
  }

  #passing(draft: Draft, { id, ephemeral, accountData }: JoinedRoom, context: TimelineContext): void {
    const { rooms } = this.#runtime;
    for (const event of ephemeral) {
      const type = get(event, 'type');
      if (type === 'm.receipt') draft.events.push(...readReceipts(event, context, rooms));
      if (type !== 'm.typing') continue;
      const nameOf = (userId: string): string | null => context.nameOf(userId);
      draft.hints.push(...this.#typing.take(id, event, { self: context.self, nameOf, now: Date.now() }));
    }
    for (const event of accountData)
      if (get(event, 'type') === 'm.fully_read') draft.events.push(...readFullyRead(event, context, rooms));
  }
}

/** Which list a room stands in says whether we are inside; the event says whether we were banned. */
function settled(told: Membership, list: 'join' | 'leave'): Membership {
  if (list === 'join') return 'join';
  return told === 'ban' ? 'ban' : 'leave';
}

function lastOf(timeline: readonly RoomEvent[]): string | null {
  return timeline.findLast(({ id }) => id !== null)?.id ?? null;
}

function namesOf(changes: readonly RoomEvent[]): Names {
  const names = new Map<string, string | null>();
  for (const { type, stateKey, content } of changes) {
    if (type !== 'm.room.member' || stateKey === undefined) continue;
    names.set(stateKey, readPerson(content)?.name ?? null);
  }
  return names;
}
