import { errorData, type ErrorData } from '@natter/core/model';
import type { Event } from '@natter/core';
import { Element } from '@xmpp/xml';
import { readOccupant, toMember, type Occupant } from '../../mapping/rooms/occupant.ts';
import { writeEntry, writeExit } from '../../mapping/rooms/requests.ts';
import type { Runtime } from '../../runtime.ts';
import { asWireError, stanzaError, WireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import { discoverRoom } from './discovery.ts';
import { passwordName, recordState } from './records.ts';
import type { Room } from './room.ts';

/** How long a room may take to let us in or out, in milliseconds. */
const ANSWER_TIME = 30_000;
/** Old messages that a room without an archive tells at the first visit. */
const FIRST_HISTORY = 50;
/** Names that are tried after the first when it is taken. */
const MORE_NICKS = 3;

interface Waiter {
  resolve(created: boolean): void;
  reject(error: WireError): void;
}

/** Going into rooms and out of them, and who is there (XEP-0045 section 7). */
export class Visits {
  readonly #runtime: Runtime;
  readonly #entering = new Map<string, Waiter>();
  readonly #leaving = new Map<string, () => void>();
  /** The latest attempt to enter each room. */
  readonly #attempts = new Map<string, Promise<unknown>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
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
    const inside = this.#wait(address, signal);
    this.#runtime.stream.send(writeEntry({ room: address, nick, password, history }));
    const created = await inside;
    room.phase = 'inside';
    room.left = false;
    await this.#storeEntry(room);
    return created;
  }

  /** Takes another name in a room that we are in (XEP-0045 section 7.6). Rejects with WireError. */
  async rename(room: Room, nick: string, signal: AbortSignal): Promise<void> {
    const renamed = this.#wait(room.address, signal);
    this.#runtime.stream.send(new Element('presence', { to: `${room.address}/${nick}` }));
    await renamed;
    await this.#runtime.commits.batch({ origin: 'live', events: [], state: recordState(room) });
  }

  #wait(address: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const fail = (error: WireError): void => waiter.reject(error);
      const timer = setTimeout(() => fail(new WireError('timeout', 'the room does not answer')), ANSWER_TIME);
      const abort = (): void => fail(new WireError('aborted', 'given up'));
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#entering.delete(address);
      };
      const waiter: Waiter = {
        resolve: (created) => {
          over();
          resolve(created);
        },
        reject: (error) => {
          over();
          reject(error);
        },
      };
      this.#entering.set(address, waiter);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  /** Who is inside, all at once. */
  async #storeEntry(room: Room): Promise<void> {
    const { address, traits } = room;
    const generation = crypto.randomUUID();
    const sweep = { type: 'sweep', of: 'member', in: address, generation } as const;
    const conversation: Event = {
      type: 'upsert',
      of: 'conversation',
      key: address,
      value: {
        kind: traits.membersOnly ? 'group' : 'channel',
        state: 'joined',
        ...(traits.name === null ? {} : { title: traits.name }),
        membersComplete: true,
      },
    };
    const members = [...room.occupants.values()].map((occupant) => memberEvent(room, occupant));
    const events: Event[] = [conversation, { ...sweep, end: false }, ...members, { ...sweep, end: true }];
    await this.#runtime.commits.batch({ origin: 'snapshot', events, state: recordState(room) });
  }

  /** Leaves a room; a room that does not answer is left all the same. */
  async leave(room: Room): Promise<void> {
    if (room.phase === 'inside') {
      const out = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ANSWER_TIME);
        this.#leaving.set(room.address, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.#runtime.stream.send(writeExit(room.address, room.nick));
      await out;
      this.#leaving.delete(room.address);
    }
    await this.exit(room, 'left', true);
  }

  /** We are outside. Where it was not our wish nor the room's, the next connection enters again. */
  async exit(room: Room, state: 'left' | 'banned', forget: boolean): Promise<void> {
    room.phase = 'outside';
    room.left ||= forget;
    await this.#runtime.commits.batch({
      origin: 'live',
      events: [{ type: 'upsert', of: 'conversation', key: room.address, value: { state } }],
      state: recordState(room),
    });
  }

  /** XEP-0410: whether we are still inside, as far as the room can tell. */
  async ping(room: Room, signal: AbortSignal): Promise<boolean> {
    const { stream } = this.#runtime;
    try {
      await stream.request(
        'get',
        `${room.address}/${room.nick}`,
        new Element('ping', { xmlns: NS.ping }),
        signal,
      );
      return true;
    } catch (error) {
      const { code, condition } = asWireError(error);
      if (code !== 'stanza-error') throw error;
      // Other errors are of our own other device, or say nothing about where we are.
      return condition !== 'not-acceptable';
    }
  }

  /** Takes a presence of a room that we know. */
  receive(room: Room, presence: Element): void {
    if (presence.attrs['type'] === 'error') {
      this.#entering.get(room.address)?.reject(stanzaError(presence));
      return;
    }
    const occupant = readOccupant(presence);
    if (occupant === null || room.phase === 'outside') return;
    const self = occupant.codes.has('110') || (room.phase === 'inside' && occupant.nick === room.nick);
    if (room.phase === 'entering') return this.#whileEntering(room, occupant, self);
    const events = occupant.present ? this.#present(room, occupant) : this.#gone(room, occupant, self);
    if (events.length > 0) void this.#runtime.commits.batch({ origin: 'live', events });
  }

  #whileEntering(room: Room, occupant: Occupant, self: boolean): void {
    if (!occupant.present) {
      room.occupants.delete(occupant.nick);
      if (self)
        this.#entering.get(room.address)?.reject(new WireError('stanza-error', 'the room let us out'));
      return;
    }
    room.remember(occupant);
    if (!self) return;
    room.nick = occupant.nick; // a room may give another one (code 210)
    room.ownOccupantId = occupant.occupantId;
    this.#entering.get(room.address)?.resolve(occupant.codes.has('201'));
  }

  #present(room: Room, occupant: Occupant): Event[] {
    room.remember(occupant);
    return [memberEvent(room, occupant)];
  }

  #gone(room: Room, occupant: Occupant, self: boolean): Event[] {
    const former = room.occupants.get(occupant.nick) ?? occupant;
    room.occupants.delete(occupant.nick);
    const { newNick, codes } = occupant;
    if (newNick !== null) return this.#renamed(room, former, newNick, self);
    if (!self) {
      const key = room.senderOf(former).key;
      if (!codes.has('301')) return [{ type: 'remove', of: 'member', in: room.address, key }];
      const value = { state: 'banned', role: 'none' } as const;
      return [{ type: 'upsert', of: 'member', in: room.address, key, value }];
    }
    const leaving = this.#leaving.get(room.address);
    if (leaving !== undefined) leaving();
    else {
      // 332 and 333: the service stops, or lost us; nobody wants us out.
      const mishap = !occupant.destroyed && (codes.has('332') || codes.has('333'));
      const thrownOut = occupant.destroyed || ['301', '307', '321', '322'].some((code) => codes.has(code));
      void this.exit(room, codes.has('301') ? 'banned' : 'left', thrownOut && !mishap);
    }
    return [];
  }

  /** XEP-0045 section 7.6: the presence under the new nick follows. */
  #renamed(room: Room, former: Occupant, newNick: string, self: boolean): Event[] {
    const from = room.senderOf(former).key;
    const occupant = { ...former, nick: newNick };
    if (self) {
      room.nick = newNick;
      this.#entering.get(room.address)?.resolve(false);
    }
    room.remember(occupant);
    const to = room.senderOf(occupant).key;
    const { address } = room;
    const conversation: Event = {
      type: 'rekey',
      of: 'conversation',
      from: `${address}/${former.nick}` as typeof address,
      to: `${address}/${newNick}` as typeof address,
    };
    return [
      ...(from === to ? [] : [{ type: 'rekey', of: 'participant', in: address, from, to } as const]),
      ...(self ? [] : [conversation]),
      memberEvent(room, occupant),
    ];
  }
}

/** Why we cannot act in a room. */
export function notInside(room: Room): ErrorData {
  return errorData('forbidden', `you are not in ${room.address}`, { scope: 'conversation' });
}

/** The row of an occupant. */
export function memberEvent(room: Room, occupant: Occupant): Event {
  const sender = room.senderOf(occupant);
  return {
    type: 'upsert',
    of: 'member',
    in: room.address,
    key: sender.key,
    value: toMember(sender, occupant),
  };
}
