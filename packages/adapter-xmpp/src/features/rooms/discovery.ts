import { Element } from '@xmpp/xml';
import type { RoomListing } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import { bareAddress } from '../../wire/address.ts';
import { asWireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import type { XmppStream } from '../../wire/stream.ts';
import { UNKNOWN_TRAITS, type RoomTraits } from './room.ts';

/** Services that are asked what they are, and rooms that one answer lists. */
const MOST_SERVICES = 30;
const MOST_ROOMS = 1_000;

/** What a room is (XEP-0045 section 6.4). A room that does not tell is believed nothing. */
export async function discoverRoom(
  stream: XmppStream,
  room: RemoteKey,
  signal: AbortSignal,
): Promise<RoomTraits> {
  try {
    const answer = await stream.request('get', room, new Element('query', { xmlns: NS.discoInfo }), signal);
    return readTraits(answer);
  } catch (error) {
    if (asWireError(error).code !== 'stanza-error') throw error;
    return UNKNOWN_TRAITS;
  }
}

/** Reads a room's disco#info. */
export function readTraits(answer: Element): RoomTraits {
  const query = answer.getChild('query', NS.discoInfo);
  const features = new Set((query?.getChildren('feature') ?? []).map(({ attrs }) => String(attrs['var'])));
  const identity = query?.getChildren('identity').find(({ attrs }) => attrs['category'] === 'conference');
  const name: unknown = identity?.attrs['name'];
  const archive = features.has(NS.mam);
  return {
    name: typeof name === 'string' && name !== '' ? name : null,
    archive,
    stanzaIds: archive || features.has(NS.stanzaIds), // XEP-0313 section 5.1.1: an archive tells its ids
    occupantIds: features.has(NS.occupantId),
    moderation: features.has(NS.moderation),
    membersOnly: features.has('muc_membersonly'),
  };
}

/** The room service of our server, or null (XEP-0045 section 6.1). */
export async function discoverRoomService(stream: XmppStream, signal: AbortSignal): Promise<string | null> {
  const items = await listItems(stream, stream.domain, signal);
  const found = await Promise.all(
    items.slice(0, MOST_SERVICES).map(async ({ address }) => {
      const info = await stream
        .request('get', address, new Element('query', { xmlns: NS.discoInfo }), signal)
        .catch(() => null); // a service that is down is no service
      const query = info?.getChild('query', NS.discoInfo);
      const rooms = query
        ?.getChildren('identity')
        .some(({ attrs }) => attrs['category'] === 'conference' && attrs['type'] !== 'irc');
      const speaks = query?.getChildren('feature').some(({ attrs }) => attrs['var'] === NS.muc);
      return rooms === true && speaks === true ? address : null;
    }),
  );
  return found.find((address) => address !== null) ?? null;
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
