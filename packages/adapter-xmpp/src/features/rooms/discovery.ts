import { Element } from '@xmpp/xml';
import type { RoomListing } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import { isOf, type DiscoInfo } from '../../mapping/disco.ts';
import { bareAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';
import type { XmppStream } from '../../wire/stream.ts';
import { askInfo } from '../services.ts';
import type { RoomTraits } from './room.ts';

/** Rooms that one answer lists. */
const MOST_ROOMS = 1_000;

/** What a room is (XEP-0045 section 6.4). A room that does not tell is believed nothing. */
export async function discoverRoom(
  stream: XmppStream,
  room: RemoteKey,
  signal: AbortSignal,
): Promise<RoomTraits> {
  return readTraits(await askInfo(stream, room, signal));
}

function readTraits({ identities, features }: DiscoInfo): RoomTraits {
  const archive = features.has(NS.mam);
  return {
    name: identities.find(({ category }) => category === 'conference')?.name ?? null,
    archive,
    stanzaIds: archive || features.has(NS.stanzaIds), // XEP-0313 section 5.1.1: an archive tells its ids
    occupantIds: features.has(NS.occupantId),
    moderation: [NS.moderation, NS.oldModeration].find((version) => features.has(version)) ?? null,
    membersOnly: features.has('muc_membersonly'),
  };
}

/** Whether it is a service of rooms of its own (XEP-0045 section 6.1), and not the way to those of another network. */
export function isRoomService(info: DiscoInfo): boolean {
  const rooms = info.identities.some(({ category, type }) => category === 'conference' && type !== 'irc');
  return rooms && info.features.has(NS.muc) && !isOf(info, 'gateway');
}

/** The public rooms of a service whose name or address holds a text (XEP-0045 section 6.3). */
export async function searchRooms(
  stream: XmppStream,
  service: string,
  text: string,
  signal: AbortSignal,
): Promise<RoomListing[]> {
  const wanted = text.toLowerCase();
  const items = await listItems(stream, service, signal);
  return items
    .filter(({ address, name }) => `${address}\n${name ?? ''}`.toLowerCase().includes(wanted))
    .slice(0, MOST_ROOMS)
    .map(({ address, name }) => ({ address, name: withoutCount(name), topic: null, members: countOf(name) }));
}

async function listItems(
  stream: XmppStream,
  address: string,
  signal: AbortSignal,
): Promise<{ address: RemoteKey; name: string | null }[]> {
  const answer = await stream.request('get', address, new Element('query', { xmlns: NS.discoItems }), signal);
  const items = answer.getChild('query', NS.discoItems)?.getChildren('item') ?? [];
  return items.flatMap(({ attrs }) => {
    const item = bareAddress(attrs['jid']);
    const name: unknown = attrs['name'];
    return item === null ? [] : [{ address: remoteKey(item), name: typeof name === 'string' ? name : null }];
  });
}

/** Many services write the number of occupants behind the name. */
function countOf(name: string | null): number | null {
  const found = / \((\d{1,7})\)$/.exec(name ?? '');
  return found?.[1] === undefined ? null : Number(found[1]);
}

function withoutCount(name: string | null): string | null {
  return name?.replace(/ \(\d{1,7}\)$/, '') ?? null;
}
