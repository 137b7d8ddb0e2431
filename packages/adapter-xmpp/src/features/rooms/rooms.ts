import type { Op, Outcome, Page, PageRequest, RoomListing } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import type { PersonalEvent } from '../../mapping/personal.ts';
import { goneBookmark, readBookmark, type Bookmark } from '../../mapping/rooms/bookmarks.ts';
import { tellsNewConfiguration } from '../../mapping/rooms/message.ts';
import { invitedEvent, readInvitation } from '../../mapping/rooms/invitation.ts';
import { writeInstantRoom } from '../../mapping/rooms/requests.ts';
import { forgetOldest } from '../../memory.ts';
import type { Runtime } from '../../runtime.ts';
import { bareAddress, parseAddress } from '../../wire/address.ts';
import { asWireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import type { Archive } from '../archive.ts';
import type { Subscriber } from '../personal-events.ts';
import type { Services } from '../services.ts';
import { Bookmarks } from './bookmarks.ts';
import { isRoomService, searchRooms } from './discovery.ts';
import { readRecords } from './records.ts';
import { Room, type RoomRecord } from './room.ts';
import { RoomArchive } from './room-archive.ts';
import { RoomChanges } from './room-changes.ts';
import { RoomMessages } from './room-messages.ts';
import { RoomSending } from './room-sending.ts';
import { RoomWatch } from './room-watch.ts';
import { Visits } from './visits.ts';
import { memberEvent } from './occupancy.ts';

/** Invitations that are remembered, to tell who invited that we do not come. */
const MOST_INVITATIONS = 500;

/** Conversations of several (XEP-0045): those of this account, wired together. */
export class Rooms {
  readonly #runtime: Runtime;
  readonly #archive: RoomArchive;
  readonly #messages: RoomMessages;
  readonly #sending: RoomSending;
  readonly #changes: RoomChanges;
  readonly #watch: RoomWatch;
  readonly #over = new AbortController();
  readonly #services: Services;
  readonly visits: Visits;
  readonly subscriber: Subscriber = {
    node: NS.bookmarks,
    own: true,
    take: (_, event) => this.#published(event),
  };
  readonly bookmarks: Bookmarks;

  constructor(runtime: Runtime, archive: Archive, services: Services) {
    this.#runtime = runtime;
    this.#services = services;
    const comeBack = (room: Room): Promise<void> => this.#comeBack(room, true, this.#over.signal);
    this.visits = new Visits(runtime, (room) => this.#watch.lost(room));
    this.#watch = new RoomWatch(runtime.stream.limits, () => runtime.memory.rooms.values(), comeBack);
    this.bookmarks = new Bookmarks(runtime);
    this.#archive = new RoomArchive(runtime, archive);
    this.#messages = new RoomMessages(runtime);
    this.#sending = new RoomSending(runtime, this.visits, this.#messages, this.#archive, comeBack);
    this.#changes = new RoomChanges(runtime, this, this.#sending);
  }

  /** Learns which rooms there are, before anything of this session is read. */
  async recall(): Promise<void> {
    const { host, memory } = this.#runtime;
    for (const [address, record] of await readRecords((prefix) => host.state(prefix)))
      if (!memory.rooms.has(address)) memory.rooms.set(address, this.newRoom(address, record));
  }

  /** Enters the rooms that we are to be in, in the background. `still`: the session goes on and we may be inside yet. */
  async start(still: boolean): Promise<void> {
    const { memory, host } = this.#runtime;
    const { signal } = this.#over;
    if (signal.aborted) return;
    this.#watch.start();
    try {
      // A new session is in no room, whatever the last one was in.
      if (!still) for (const room of memory.rooms.values()) room.phase = 'outside';
      if (!still) await this.#followBookmarks(signal);
      const wanted = [...memory.rooms.values()].filter(({ left }) => !left);
      await Promise.all(wanted.map((room) => this.#comeBack(room, still, signal)));
    } catch (error) {
      if (!signal.aborted) host.log('warn', 'xmpp-rooms-failed', { condition: asWireError(error).message });
    }
  }

  stop(): void {
    this.#over.abort();
    this.#watch.stop();
    this.visits.stop();
  }

  newRoom(address: RemoteKey, record: RoomRecord | null): Room {
    const own = remoteKey(this.#runtime.own);
    const nick = parseAddress(own)?.local ?? own;
    return new Room(address, own, record ?? { nick, last: null, lastAt: null, left: false });
  }

  /** Enters, and then reads what was missed. `created` does what a new room needs before others may come. */
  async enter(
    room: Room,
    signal: AbortSignal,
    insist: boolean,
    created?: () => Promise<void>,
  ): Promise<boolean> {
    this.#runtime.memory.invitations.delete(room.address);
    const isNew = await this.visits.enter(room, signal, insist);
    if (isNew) {
      // XEP-0045 section 10.1: until its owner has said how it is to be, a new room lets nobody else in.
      await (created === undefined ? this.#open(room, signal) : created());
      await this.#lookAgain(room);
    }
    if (room.phase === 'inside') void this.#catchUp(room);
    return isNew;
  }

  async #open(room: Room, signal: AbortSignal): Promise<void> {
    const { stream, host } = this.#runtime;
    try {
      await stream.request('set', room.address, writeInstantRoom(), signal);
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error;
      host.log('info', 'xmpp-room-not-opened', { condition: asWireError(error).condition });
    }
  }

  /** Finds out what a room is by now. */
  async #lookAgain(room: Room): Promise<void> {
    try {
      const traits = await this.visits.look(room, this.#over.signal);
      if (room.phase !== 'inside') return;
      room.traits = traits;
      await this.visits.tell(room);
    } catch (error) {
      this.#runtime.host.log('info', 'xmpp-room-not-looked-at', { condition: asWireError(error).message });
    }
  }

  async #catchUp(room: Room): Promise<void> {
    try {
      if (room.traits.archive) await this.#archive.catchUp(room, this.#over.signal);
    } catch (error) {
      this.#runtime.host.log('warn', 'xmpp-room-history-failed', { condition: asWireError(error).message });
    }
    this.#messages.release(room);
  }

  async #followBookmarks(signal: AbortSignal): Promise<void> {
    for (const bookmark of (await this.bookmarks.load(signal)) ?? []) await this.#follow(bookmark);
  }

  /** Another device of ours went into a room, or out of it. Gives the room that we are to be in from now on. */
  async #follow({ room: address, autojoin, nick }: Bookmark): Promise<Room | null> {
    const { memory } = this.#runtime;
    const known = memory.rooms.get(address);
    if (!autojoin) {
      if (known?.left === false) await this.visits.leave(known, this.#over.signal);
      return null;
    }
    if (known?.left === false) return null;
    const room = known ?? this.newRoom(address, null);
    room.left = false;
    if (nick !== null) room.nick = nick;
    memory.rooms.set(address, room);
    return room;
  }

  /** XEP-0402 section 3.3: a change of another device, as it happens. Our own come back too, and change nothing. */
  #published({ items, retracted }: PersonalEvent): null {
    const gone = retracted.map((id) => bareAddress(id)).filter((each) => each !== null);
    const changed = items.map(readBookmark).filter((each) => each !== null);
    for (const bookmark of [...changed, ...gone.map((room) => goneBookmark(remoteKey(room)))]) {
      this.bookmarks.changed(bookmark);
      void this.#follow(bookmark).then((room) => {
        if (room !== null) void this.#comeBack(room, false, this.#over.signal);
      });
    }
    return null;
  }

  async #comeBack(room: Room, still: boolean, signal: AbortSignal): Promise<void> {
    try {
      if (still && room.phase === 'inside' && (await this.visits.ping(room, signal))) {
        if (!room.caughtUp) await this.#catchUp(room);
        return;
      }
      await this.enter(room, signal, false);
    } catch (error) {
      const failure = asWireError(error);
      if (signal.aborted) return;
      this.#runtime.host.log('warn', 'xmpp-room-not-entered', { condition: failure.condition });
      const banned = failure.condition === 'forbidden';
      const unwanted =
        banned || failure.condition === 'registration-required' || failure.condition === 'gone';
      await this.visits.exit(room, banned ? 'banned' : 'left', unwanted);
    }
  }

  /** Takes a presence of one of our rooms; false for others. */
  receivePresence(presence: Element): boolean {
    const room = this.#roomOf(presence);
    if (room === undefined) return false;
    this.visits.receive(room, presence);
    return true;
  }

  /** Takes a message of a room, or an invitation; null for others. True when it is on its way to the store. */
  receiveMessage(message: Element, number: number): boolean | null {
    if (message.attrs['type'] === 'groupchat') {
      const room = this.#roomOf(message);
      if (room === undefined) this.#runtime.host.log('warn', 'xmpp-unknown-room');
      if (room === undefined) return false;
      if (tellsNewConfiguration(message)) void this.#lookAgain(room);
      return this.#messages.receive(room, message, number);
    }
    const invitation = readInvitation(message);
    if (invitation === null) return null;
    const { memory, commits } = this.#runtime;
    const { room, ...invited } = invitation;
    if ((memory.rooms.get(room)?.phase ?? 'outside') !== 'outside') return false;
    // Anybody may send one: its password is kept with our secrets only when it is accepted.
    memory.invitations.set(room, invited);
    forgetOldest(memory.invitations, MOST_INVITATIONS);
    void commits.stanza(number, { origin: 'live', events: [invitedEvent(invitation)] });
    return true;
  }

  roomAt(conversation: Op['conversation']): Room | undefined {
    return typeof conversation === 'string' ? this.#runtime.memory.rooms.get(conversation) : undefined;
  }

  perform(room: Room, op: Op, signal: AbortSignal): Promise<Outcome> {
    return this.#sending.perform(room, op, signal);
  }

  verify(room: Room, op: Op, signal: AbortSignal): Promise<Outcome> {
    return this.#sending.verify(room, op, signal);
  }

  change(op: Op & { body: { type: 'room' } }, signal: AbortSignal): Promise<Outcome> {
    return this.#changes.perform(op, op.body.change, signal);
  }

  history(room: Room, request: PageRequest, signal: AbortSignal): Promise<Page> {
    return this.#archive.history(room, request, signal);
  }

  /** Who is inside now: the room answers after all that it has told of its occupants. */
  async members(room: Room, signal: AbortSignal): Promise<Page> {
    await this.visits.ping(room, signal);
    const events = [...room.occupants.values()].map((occupant) => memberEvent(room, occupant));
    return { batch: { origin: 'snapshot', events }, next: null, reached: 'end' };
  }

  /** Public rooms of our server's service, or of the one that is named behind an `@`. */
  async search(text: string, signal: AbortSignal): Promise<RoomListing[]> {
    const [words = '', named] = text.split('@', 2);
    const service = bareAddress(named) ?? (await this.service(signal));
    return service === null ? [] : searchRooms(this.#runtime.stream, service, words, signal);
  }

  /** Our server's room service; null when it has none. */
  async service(signal: AbortSignal): Promise<string | null> {
    return (await this.#services.find(isRoomService, signal))?.address ?? null;
  }

  #roomOf(stanza: Element): Room | undefined {
    const address = bareAddress(stanza.attrs['from']);
    return address === null ? undefined : this.#runtime.memory.rooms.get(remoteKey(address));
  }
}
