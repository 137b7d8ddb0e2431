import { errorData, type ErrorData } from '@natter/core/model';
import type { Event } from '@natter/core';
import { Element } from '@xmpp/xml';
import { readOccupant } from '../../mapping/rooms/occupant.ts';
import { writeEntry, writeExit } from '../../mapping/rooms/requests.ts';
import type { Runtime } from '../../runtime.ts';
import { asWireError, entryError, WireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import { bridgeOf } from '../gateways.ts';
import { discoverRoom } from './discovery.ts';
import { entering, inside, memberEvent, type OwnChange } from './occupancy.ts';
import { passwordName, recordState } from './records.ts';
import { RoomAnswers } from './room-answers.ts';
import type { Room } from './room.ts';

/** Old messages that a room without an archive tells at the first visit. */
const FIRST_HISTORY = 50;
/** Errors of our own other device, or of the way to the room, which say nothing about where we are (XEP-0410 section 3.1). */
const STILL_INSIDE: readonly string[] = [
  'service-unavailable',
  'feature-not-implemented',
  'item-not-found',
  'remote-server-not-found',
  'remote-server-timeout',
];
/** Names that are tried after the first when it is taken. */
const MORE_NICKS = 3;

/** Going into rooms and out of them, and who is there (XEP-0045 section 7). */
export class Visits {
  readonly #runtime: Runtime;
  readonly #entrances = new RoomAnswers<boolean>();
  readonly #exits = new RoomAnswers<void>();
  /** The latest attempt to enter each room. */
  readonly #attempts = new Map<string, Promise<unknown>>();

  readonly #lost: (room: Room) => void;

  /** `lost` is told of rooms that we are outside of though nobody wanted that. */
  constructor(runtime: Runtime, lost: (room: Room) => void) {
    this.#runtime = runtime;
    this.#lost = lost;
  }

  /**
   * Enters a room; tells whether that created it. A taken nick gets a mark behind it unless the user chose it
   * (`insist`). Rejects with WireError.
   */
  enter(room: Room, signal: AbortSignal, insist = false): Promise<boolean> {
    const attempt = this.settled(room).then(() => this.#enter(room, signal, insist));
    this.#attempts.set(
      room.address,
      attempt.catch(() => {}),
    );
    return attempt;
  }

  /** Waits for a running attempt to enter; whether we are inside then. */
  async settled(room: Room): Promise<boolean> {
    await this.#attempts.get(room.address);
    return room.phase === 'inside';
  }

  /** What a room is now. */
  look(room: Room, signal: AbortSignal): ReturnType<typeof discoverRoom> {
    return discoverRoom(this.#runtime.stream, room.address, signal);
  }

  async #enter(room: Room, signal: AbortSignal, insist: boolean): Promise<boolean> {
    const { stream, host } = this.#runtime;
    const password = await host.secret(passwordName(room.address));
    const base = room.nick;
    room.startVisit(base);
    try {
      room.traits = await discoverRoom(stream, room.address, signal);
      for (let attempt = 0; ; attempt += 1) {
        room.startVisit(base + '_'.repeat(attempt));
        try {
          return await this.#attempt(room, password, signal);
        } catch (error) {
          if (asWireError(error).condition !== 'conflict' || insist || attempt === MORE_NICKS) throw error;
        }
      }
    } catch (error) {
      room.phase = 'outside';
      throw error;
    }
  }

  async #attempt(room: Room, password: string | null, signal: AbortSignal): Promise<boolean> {
    const { traits, lastAt, address, nick } = room;
    const history = traits.archive
      ? { most: 0 }
      : lastAt === null
        ? { most: FIRST_HISTORY }
        : { since: lastAt };
    const inside = this.#entrances.expect(address, signal);
    this.#runtime.stream.send(writeEntry({ room: address, nick, password, history }));
    const created = await inside;
    room.phase = 'inside';
    room.left = false;
    await this.#storeEntry(room);
    return created;
  }

  /** Takes another name in a room that we are in (XEP-0045 section 7.6). Rejects with WireError. */
  async rename(room: Room, nick: string, signal: AbortSignal): Promise<void> {
    const renamed = this.#entrances.expect(room.address, signal);
    this.#runtime.stream.send(new Element('presence', { to: `${room.address}/${nick}` }));
    await renamed;
    await this.#runtime.commits.batch({ origin: 'live', events: [], state: recordState(room) });
  }

  /** Who is inside, all at once. */
  async #storeEntry(room: Room): Promise<void> {
    const generation = crypto.randomUUID();
    const sweep = { type: 'sweep', of: 'member', in: room.address, generation } as const;
    const conversation = this.#conversation(room);
    const members = [...room.occupants.values()].map((occupant) => memberEvent(room, occupant));
    const events: Event[] = [conversation, { ...sweep, end: false }, ...members, { ...sweep, end: true }];
    await this.#runtime.commits.batch({ origin: 'snapshot', events, state: recordState(room) });
  }

  /** Tells what a room that we are in has become since we entered it. */
  async tell(room: Room): Promise<void> {
    await this.#runtime.commits.batch({ origin: 'live', events: [this.#conversation(room)] });
  }

  #conversation({ address, traits }: Room): Event {
    const value = {
      kind: traits.membersOnly ? 'group' : 'channel',
      state: 'joined',
      ...(traits.name === null ? {} : { title: traits.name }),
      membersComplete: true,
      bridge: bridgeOf(this.#runtime.memory.gateways, address),
    } as const;
    return { type: 'upsert', of: 'conversation', key: address, value };
  }

  /** Leaves a room; a room that does not answer is left all the same. */
  async leave(room: Room, signal: AbortSignal): Promise<void> {
    if (room.phase === 'inside') {
      const out = this.#exits.expect(room.address, signal);
      this.#runtime.stream.send(writeExit(room.address, room.nick));
      await out.catch(() => {});
    }
    await this.exit(room, 'left', true);
  }

  /** We are outside. Where it was not our wish nor the room's, the next connection enters again. */
  async exit(
    room: Room,
    state: 'left' | 'banned',
    forget: boolean,
    told: readonly Event[] = [],
  ): Promise<void> {
    room.phase = 'outside';
    room.left ||= forget;
    await this.#runtime.commits.batch({
      origin: 'live',
      events: [...told, { type: 'upsert', of: 'conversation', key: room.address, value: { state } }],
      state: recordState(room),
    });
  }

  async #putOut(room: Room, own: OwnChange & { what: 'gone' }): Promise<void> {
    await this.exit(room, own.banned ? 'banned' : 'left', own.forGood, own.told);
    if (!own.forGood) this.#lost(room);
  }

  /** XEP-0410 section 3.1: whether we are still inside, as far as the room can tell. */
  async ping(room: Room, signal: AbortSignal): Promise<boolean> {
    const { stream } = this.#runtime;
    try {
      await stream.request(
        'get',
        `${room.address}/${room.nick}`,
        new Element('ping', { xmlns: NS.ping }),
        signal,
      );
      room.heardAt = performance.now();
      return true;
    } catch (error) {
      const { code, condition } = asWireError(error);
      if (code === 'timeout') return true; // nobody knows; it is asked again
      if (code !== 'stanza-error') throw error;
      return STILL_INSIDE.includes(condition ?? '');
    }
  }

  /** The stream is over. */
  stop(): void {
    const error = new WireError('disconnected', 'the stream is over');
    this.#entrances.stop(error);
    this.#exits.stop(error);
  }

  /** Takes a presence of a room that we know. */
  receive(room: Room, presence: Element): void {
    room.heardAt = performance.now();
    if (presence.attrs['type'] === 'error') {
      this.#entrances.refuse(room.address, entryError(presence));
      return;
    }
    const occupant = readOccupant(presence);
    if (occupant === null || room.phase === 'outside') return;
    const { events, own } = room.phase === 'entering' ? entering(room, occupant) : inside(room, occupant);
    if (events.length > 0) void this.#runtime.commits.batch({ origin: 'live', events });
    if (own !== null) this.#concernsUs(room, own);
  }

  #concernsUs(room: Room, own: OwnChange): void {
    switch (own.what) {
      case 'entered':
        return this.#entrances.settle(room.address, own.created);
      case 'turned-away':
        return this.#entrances.refuse(room.address, new WireError('entry-refused', 'it let you out again'));
      case 'renamed':
        return this.#entrances.settle(room.address, false);
      case 'gone':
        if (this.#exits.expects(room.address)) this.#exits.settle(room.address, undefined);
        else void this.#putOut(room, own);
    }
  }
}

/** Why we cannot act in a room. */
export function notInside(room: Room): ErrorData {
  return errorData('forbidden', `you are not in ${room.address}`, { scope: 'conversation' });
}
