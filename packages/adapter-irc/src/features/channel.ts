import type { Event, MemberIn } from '@natter/core';
import type { RemoteKey } from '@natter/core/model';
import { roleOf } from '../mapping/roles.ts';

/** Somebody in a channel. */
export interface Occupant {
  readonly nick: string;
  readonly modes: Set<string>;
  user: string | null;
  host: string | null;
  account: string | null;
  away: boolean;
}

/** Most bans of a channel that are kept: they tell why somebody is put out, and are no list of them. */
const MOST_BANS = 50;

/** A channel that we are in, as far as the server has told. */
export class Channel {
  readonly key: RemoteKey;
  readonly name: string;
  readonly occupants: Map<RemoteKey, Occupant> = new Map();
  /** NAMES that is on its way; null when none is. */
  names: Map<RemoteKey, Occupant> | null = null;
  /** Bans that were set while we were there, the newest last. */
  bans: readonly string[] = [];
  /** Whether NAMES has told all. */
  complete = false;

  constructor(key: RemoteKey, name: string) {
    this.key = key;
    this.name = name;
  }

  /** The same under another name. */
  renamed(key: RemoteKey, name: string): Channel {
    const { occupants, names, bans, complete } = this;
    return Object.assign(new Channel(key, name), { occupants, names, bans, complete });
  }

  /** Remembers a ban, or that it was lifted. */
  ban(mask: string, on: boolean): void {
    const others = this.bans.filter((each) => each !== mask);
    this.bans = on ? [...others, mask].slice(-MOST_BANS) : others;
  }

  /** What the member list says of somebody. */
  member(key: RemoteKey, own: RemoteKey): Event {
    const occupant = this.occupants.get(key);
    const self = key === own;
    const value: MemberIn = {
      name: occupant?.nick ?? key,
      self,
      contact: self ? null : key,
      proof: occupant?.account === null ? 'nick' : 'account',
      role: roleOf(occupant?.modes ?? new Set()),
      state: 'joined',
      away: occupant?.away ?? false,
    };
    return { type: 'upsert', of: 'member', in: this.key, key, value };
  }

  /** The whole list anew. */
  list(own: RemoteKey, generation: string): Event[] {
    const sweep = { type: 'sweep', of: 'member', in: this.key, generation } as const;
    return [
      { ...sweep, end: false },
      ...[...this.occupants.keys()].map((key) => this.member(key, own)),
      { ...sweep, end: true },
    ];
  }
}

/** A newcomer of whom only the nick is known. */
export function newOccupant(nick: string): Occupant {
  return { nick, modes: new Set(), user: null, host: null, account: null, away: false };
}
