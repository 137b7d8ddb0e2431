import type { Event } from '@natter/core';
import { remoteKey } from '@natter/core/model';
import { departureMessage } from '../../mapping/rooms/departure.ts';
import { toMember, type Occupant } from '../../mapping/rooms/occupant.ts';
import type { Room } from './room.ts';

/** What a presence says of our own visit. */
export type OwnChange =
  | { readonly what: 'entered'; readonly created: boolean }
  | { readonly what: 'turned-away' }
  | { readonly what: 'renamed' }
  | {
      readonly what: 'gone';
      readonly banned: boolean;
      readonly forGood: boolean;
      /** What the user is told of it. */
      readonly told: readonly Event[];
    };

/** What a presence changes. The room itself has taken note of it. */
export interface Occupancy {
  readonly events: readonly Event[];
  readonly own: OwnChange | null;
}

/** Codes with which a room throws somebody out (XEP-0045 section 15.6.2). */
const THROWN_OUT: readonly string[] = ['301', '307', '321', '322'];

/** While we enter, everybody inside is told first, and we come last (XEP-0045 section 7.2.2). */
export function entering(room: Room, occupant: Occupant): Occupancy {
  const marked = occupant.codes.has('110');
  if (!occupant.present) {
    room.occupants.delete(occupant.nick);
    return { events: [], own: marked ? { what: 'turned-away' } : null };
  }
  // Services of before code 110 say only by the nick that it is us, or that they gave us another (code 210).
  const self = marked || occupant.codes.has('210') || occupant.nick === room.nick;
  room.remember(occupant);
  if (!self) return { events: [], own: null };
  room.nick = occupant.nick; // a room may give another one (code 210)
  room.ownOccupantId = occupant.occupantId;
  return { events: [], own: { what: 'entered', created: occupant.codes.has('201') } };
}

/** Once we are inside, each presence is somebody who comes, changes or goes. */
export function inside(room: Room, occupant: Occupant): Occupancy {
  const self = occupant.codes.has('110') || occupant.nick === room.nick;
  if (occupant.present) {
    room.remember(occupant);
    return { events: [memberEvent(room, occupant)], own: null };
  }
  const former = room.occupants.get(occupant.nick) ?? occupant;
  room.occupants.delete(occupant.nick);
  if (occupant.newNick !== null) return renamed(room, former, occupant.newNick, self);
  return self
    ? { events: [], own: ownEnd(room, occupant) }
    : { events: [end(room, former, occupant)], own: null };
}

/** Why we are outside, and whether that is to last. */
function ownEnd(room: Room, occupant: Occupant): OwnChange {
  const { codes } = occupant;
  const destroyed = occupant.destroyed !== null;
  // 332 and 333: the service stops, or lost us; nobody wants us out.
  const mishap = !destroyed && (codes.has('332') || codes.has('333'));
  const thrownOut = destroyed || THROWN_OUT.some((code) => codes.has(code));
  const told = mishap ? [] : departureMessage(room.address, occupant);
  return { what: 'gone', banned: codes.has('301'), forGood: thrownOut && !mishap, told };
}

function end(room: Room, former: Occupant, { codes }: Occupant): Event {
  const { key } = room.senderOf(former);
  if (!codes.has('301')) return { type: 'remove', of: 'member', in: room.address, key };
  const value = { state: 'banned', role: 'none' } as const;
  return { type: 'upsert', of: 'member', in: room.address, key, value };
}

/** XEP-0045 section 7.6: the presence under the new nick follows. */
function renamed(room: Room, former: Occupant, newNick: string, self: boolean): Occupancy {
  const from = room.senderOf(former).key;
  const occupant = { ...former, nick: newNick };
  if (self) room.nick = newNick;
  room.remember(occupant);
  const to = room.senderOf(occupant).key;
  const { address } = room;
  const events: Event[] = [];
  if (from !== to) events.push({ type: 'rekey', of: 'participant', in: address, from, to });
  if (!self) {
    const privately = (nick: string): typeof address => remoteKey(`${address}/${nick}`);
    events.push({ type: 'rekey', of: 'conversation', from: privately(former.nick), to: privately(newNick) });
  }
  events.push(memberEvent(room, occupant));
  return { events, own: self ? { what: 'renamed' } : null };
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
