import { own } from '@natter/wire';
import { get, getMap, getText, type JsonMap } from '../wire/json.ts';
import { readMediaAddress } from './media.ts';
import { isUserId, localpartOf, serverNameOf } from './keys.ts';
import type { RoomEvent } from './room-event.ts';

/** The network behind a bridged room. */
export interface Bridge {
  /** `whatsapp`, `messenger`, `signal`, ...: natter's word for it. */
  readonly network: string;
  /** For people: `WhatsApp`. */
  readonly name: string;
  /** The bridge's own user, who is nobody to talk to. */
  readonly bot: string;
  /** One person on the other side, and not a group. */
  readonly direct: boolean;
  /** The picture of the network. */
  readonly icon: string | null;
}

/** The events that say it (MSC2346, which was never merged; bridges send both). */
const TYPES: readonly string[] = ['m.bridge', 'uk.half-shot.bridge'];

interface Network {
  readonly network: string;
  readonly name: string;
  /** What the ids of its ghosts begin with, and that of its bot, as the bridges come. */
  readonly prefixes: readonly string[];
}

const NETWORKS: readonly Network[] = [
  { network: 'whatsapp', name: 'WhatsApp', prefixes: ['whatsapp'] },
  { network: 'messenger', name: 'Messenger', prefixes: ['messenger', 'facebook', 'meta'] },
  { network: 'instagram', name: 'Instagram', prefixes: ['instagram', 'meta'] },
  { network: 'signal', name: 'Signal', prefixes: ['signal'] },
  { network: 'telegram', name: 'Telegram', prefixes: ['telegram'] },
  { network: 'discord', name: 'Discord', prefixes: ['discord'] },
  { network: 'slack', name: 'Slack', prefixes: ['slack'] },
  { network: 'gmessages', name: 'Google Messages', prefixes: ['gmessages'] },
  { network: 'googlechat', name: 'Google Chat', prefixes: ['googlechat'] },
  { network: 'imessage', name: 'iMessage', prefixes: ['imessage'] },
  { network: 'twitter', name: 'X', prefixes: ['twitter'] },
  { network: 'linkedin', name: 'LinkedIn', prefixes: ['linkedin'] },
  { network: 'bluesky', name: 'Bluesky', prefixes: ['bluesky'] },
];

/** What bridges call their protocol, where that is not natter's word. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  facebook: 'messenger',
  facebookgo: 'messenger',
  meta: 'messenger',
  instagramgo: 'instagram',
  discordgo: 'discord',
  slackgo: 'slack',
  imessagego: 'imessage',
};

/** Whether an event says that a room is bridged. */
export function isBridgeEvent({ type }: RoomEvent): boolean {
  return TYPES.includes(type);
}

/**
 * Reads who bridges a room. Null for what cannot be believed: any member with enough power can say it, so it counts only
 * out of the mouth of the bridge, which is a bot or ghost under the name that the bridge of that network reserves
 * on our own homeserver.
 */
export function readBridge({ sender, content }: RoomEvent, self: string): Bridge | null {
  const bot = get(content, 'bridgebot');
  const protocol = getMap(content, 'protocol');
  const id = getText(protocol, 'id')?.toLowerCase() ?? '';
  const known = networkOf(own(PROTOCOLS, id) ?? id, getText(protocol, 'displayname'));
  if (!isUserId(bot) || known === null) return null;
  const ours = serverNameOf(self);
  if (serverNameOf(bot) !== ours || serverNameOf(sender) !== ours) return null;
  if (!isBotOf(bot, known) || !(sender === bot || isGhostOf(sender, known))) return null;
  const icon = get(protocol, 'avatar_url');
  return {
    network: known.network,
    name: known.name,
    bot,
    direct: isDirect(content),
    icon: typeof icon === 'string' && readMediaAddress(icon) !== null ? icon : null,
  };
}

function networkOf(id: string, displayName: string | undefined): Network | null {
  const name = displayName?.toLowerCase();
  return (
    NETWORKS.find(({ network }) => network === id) ??
    // Newer bridges name themselves by an import path that ends in it.
    NETWORKS.find(({ prefixes }) => prefixes.some((prefix) => id.endsWith(`/${prefix}`))) ??
    NETWORKS.find((each) => each.name.toLowerCase() === name) ??
    unknownNetwork(id, displayName)
  );
}

/** A network that natter has never heard of is believed like the others: out of the mouth of its bot. */
function unknownNetwork(id: string, displayName: string | undefined): Network | null {
  const network = (id.split('/').at(-1) ?? '').replace(/go$/, '');
  const name = displayName?.trim().slice(0, 100).toWellFormed() ?? '';
  if (!/^[a-z][a-z0-9.-]{1,40}$/.test(network) || name === '') return null;
  return { network, name, prefixes: [network] };
}

function isBotOf(userId: string, { prefixes }: Network): boolean {
  const name = localpartOf(userId).replace(/^_/, '');
  return prefixes.some((prefix) => name === `${prefix}bot` || name === `${prefix}_bot`);
}

function isGhostOf(userId: string, { prefixes }: Network): boolean {
  const name = localpartOf(userId).replace(/^_/, '');
  return prefixes.some((prefix) => name.startsWith(`${prefix}_`));
}

function isDirect(content: JsonMap): boolean {
  const type = getText(content, 'com.beeper.room_type.v2') ?? getText(content, 'com.beeper.room_type');
  return type === 'dm';
}
