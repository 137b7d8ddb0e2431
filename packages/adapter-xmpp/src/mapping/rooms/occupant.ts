import type { MemberIn, Sender } from '@natter/core';
import { remoteKey, type RemoteKey, type Role } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { bareAddress, formatAddress, parseAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';

/** What a room tells of one occupant (XEP-0045 section 7). */
export interface Occupant {
  readonly nick: string;
  /** Whether they are (still) inside. */
  readonly present: boolean;
  readonly role: Role;
  /** The real bare address, where the room shows it to us. */
  readonly address: RemoteKey | null;
  /** XEP-0421; to be believed only of a room that gives such ids. */
  readonly occupantId: string | null;
  readonly away: boolean;
  /** Status codes (XEP-0045 section 15.6.2). */
  readonly codes: ReadonlySet<string>;
  /** What they are called from now on, with code 303. */
  readonly newNick: string | null;
  readonly reason: string | null;
  /** Who made them go, where the room tells: a nick, or an address. */
  readonly actor: string | null;
  /** The room itself is no more (section 10.9); where it goes on, if it does. */
  readonly destroyed: { readonly elsewhere: RemoteKey | null } | null;
}

/** Reads a room's presence; null for what is none, such as an error or a sender without a nick. */
export function readOccupant(presence: Element): Occupant | null {
  const type: unknown = presence.attrs['type'];
  const nick = parseAddress(presence.attrs['from'])?.resource ?? '';
  if ((type !== undefined && type !== 'unavailable') || nick === '') return null;
  const x = presence.getChild('x', NS.mucUser);
  const item = x?.getChild('item');
  const address = bareAddress(item?.attrs['jid']);
  const newNick: unknown = item?.attrs['nick'];
  const by = item?.getChild('actor')?.attrs;
  const actor: unknown = by?.['nick'] ?? by?.['jid'];
  const destroy = x?.getChild('destroy');
  const elsewhere = bareAddress(destroy?.attrs['jid']);
  const codes = new Set((x?.getChildren('status') ?? []).map((status) => String(status.attrs['code'])));
  return {
    nick,
    present: type === undefined,
    role: readRole(item?.attrs['affiliation'], item?.attrs['role']),
    address: address === null ? null : remoteKey(address),
    occupantId: readOccupantId(presence),
    away: ['away', 'xa', 'dnd'].includes(presence.getChildText('show')?.trim() ?? ''),
    codes,
    newNick: codes.has('303') && typeof newNick === 'string' && newNick !== '' ? newNick : null,
    reason: (destroy ?? item)?.getChildText('reason')?.trim() ?? null,
    actor: typeof actor === 'string' && actor !== '' ? actor : null,
    destroyed: destroy === undefined ? null : { elsewhere: elsewhere === null ? null : remoteKey(elsewhere) },
  };
}

/** The id that a room gives to who is in it, the same after a change of nick (XEP-0421). */
export function readOccupantId(stanza: Element): string | null {
  const id: unknown = stanza.getChild('occupant-id', NS.occupantId)?.attrs['id'];
  return typeof id === 'string' && id !== '' && id.length <= 1024 ? id : null;
}

/** Affiliation and role (XEP-0045 section 5) are one role here, the stronger one. */
function readRole(affiliation: unknown, role: unknown): Role {
  if (affiliation === 'owner' || affiliation === 'admin') return affiliation;
  if (role === 'moderator' || role === 'visitor') return role;
  return 'member';
}

/** How a room names who speaks in it: by an id that a nick change leaves alone, where it has one. */
export function participantKey(room: RemoteKey, nick: string, occupantId: string | null): RemoteKey {
  return remoteKey(occupantId === null ? `${room}/${nick}` : `occupant ${occupantId}`);
}

/** An address of a room that we know, as somebody typed it: the room itself, or one of its occupants; null for others. */
export function readOccupantAddress(
  text: string,
  isRoom: (address: RemoteKey) => boolean,
): { readonly nick: string; readonly found: { contact: RemoteKey; address: string; name: string } } | null {
  const parsed = parseAddress(text);
  if (parsed === null || !isRoom(remoteKey(formatAddress({ ...parsed, resource: '' })))) return null;
  const address = formatAddress(parsed);
  return { nick: parsed.resource, found: { contact: remoteKey(address), address, name: parsed.resource } };
}

/** The member row of an occupant. */
export function toMember({ name, self, contact, proof }: Sender, { role, away }: Occupant): MemberIn {
  return { name, self, contact, proof, role, away, state: 'joined' };
}
