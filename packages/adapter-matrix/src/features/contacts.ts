import type { ContactIn, SessionHost } from '@natter/core';
import { own } from '@natter/wire';
import { keyOf } from '../mapping/keys.ts';
import { originOf, type Person, type Room } from '../mapping/room.ts';
import type { AccountData } from './account-data.ts';
import type { Draft } from './draft.ts';
import { partnerOf } from './partners.ts';
import type { Rooms } from './rooms.ts';

const PREFIX = 'contact:';

/**
 * Matrix has no contact list: it is made of direct conversations. Who is invited to one and has not come is asked; who
 * has invited us to one asks.
 */
export class Contacts {
  readonly #rooms: Rooms;
  readonly #accountData: AccountData;
  /** What the hub was told of each, as it is kept. */
  readonly #told = new Map<string, string>();

  constructor(rooms: Rooms, accountData: AccountData) {
    this.#rooms = rooms;
    this.#accountData = accountData;
  }

  /** Takes up what is stored. */
  async load(host: SessionHost): Promise<void> {
    this.#told.clear();
    for (const [key, value] of Object.entries(await host.state(PREFIX)))
      this.#told.set(key.slice(PREFIX.length), value);
  }

  /** Whether somebody is on the list. */
  has(userId: string): boolean {
    return this.#told.has(userId);
  }

  /** Everybody on the list. */
  all(): readonly string[] {
    return [...this.#told.keys()];
  }

  /** Tells what has changed since the last time. */
  update(draft: Draft): void {
    const now = this.#list();
    for (const [userId, value] of now) {
      const text = JSON.stringify(value);
      if (this.#told.get(userId) === text) continue;
      this.#told.set(userId, text);
      draft.remember(`${PREFIX}${userId}`, text);
      draft.events.push({ type: 'upsert', of: 'contact', key: keyOf(userId), value });
    }
    for (const userId of [...this.#told.keys()].filter((each) => !now.has(each))) {
      this.#told.delete(userId);
      draft.remember(`${PREFIX}${userId}`, null);
      draft.events.push({ type: 'remove', of: 'contact', key: keyOf(userId) });
    }
  }

  #list(): Map<string, ContactIn> {
    const list = new Map<string, ContactIn>();
    const ignored = this.#accountData.ignored();
    const rooms = new Map<string, Room[]>();
    for (const room of this.#rooms.all()) {
      const partner = this.#partnerOf(room);
      if (partner === null || (room.membership !== 'join' && room.membership !== 'invite')) continue;
      rooms.set(partner, [...(rooms.get(partner) ?? []), room]);
    }
    for (const [userId, theirs] of rooms) list.set(userId, this.#value(userId, theirs, ignored.has(userId)));
    for (const userId of ignored)
      if (!list.has(userId)) list.set(userId, { ...this.#value(userId, [], true), listed: false });
    return list;
  }

  /** An invitation says itself that it is to a direct conversation; once we are in, the account's own data does. */
  #partnerOf(room: Room): string | null {
    const partner = partnerOf(room, this.#accountData);
    return partner ?? (room.membership === 'invite' && room.direct ? room.inviter : null);
  }

  #value(userId: string, rooms: readonly Room[], blocked: boolean): ContactIn {
    const { alias, groups } = this.#accountData.ownNames(userId);
    const inside = rooms.filter(({ membership }) => membership === 'join');
    const person = personOf(userId, rooms);
    const asks = inside.length === 0 && rooms.length > 0;
    return {
      address: userId,
      name: person?.name ?? null,
      alias,
      groups,
      avatar:
        person === null || person.avatar === null ? null : { hash: person.avatar, remote: person.avatar },
      subscription: {
        to: inside.some((room) => isIn(userId, room)) ? 'granted' : inside.length > 0 ? 'pending' : 'none',
        from: asks ? 'pending' : inside.length > 0 ? 'granted' : 'none',
      },
      request: asks ? (rooms[0]?.topic ?? '') : null,
      blocked,
      listed: true,
      stability: 'permanent',
      bridge: rooms.map(originOf).find((origin) => origin !== null) ?? null,
    };
  }
}

/** Whether the other side has come; where we were told nothing of them, the server's counts say it. */
function isIn(userId: string, { people, joined, invited }: Room): boolean {
  const person = own(people, userId);
  if (person !== undefined) return person.membership === 'join';
  return (joined ?? 0) > 1 && (invited ?? 0) === 0;
}

function personOf(userId: string, rooms: readonly Room[]): Person | null {
  const known = rooms.map(({ people }) => own(people, userId));
  return known.find((person) => person !== undefined && person.name !== null) ?? known.find(Boolean) ?? null;
}
