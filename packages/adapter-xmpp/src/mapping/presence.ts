import { remoteKey, type OwnPresence, type Presence, type RemoteKey } from '@natter/core/model';
import { own } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { formatAddress, parseAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';
import { parseStamp, readDelay } from './time.ts';

/** A stanza about where somebody is, or about who may know it. */
export type PresenceUpdate =
  | {
      readonly kind: 'presence';
      readonly contact: RemoteKey;
      readonly resource: string | null;
      readonly presence: Presence | null;
    }
  | {
      readonly kind: 'subscription';
      readonly contact: RemoteKey;
      readonly change: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';
      readonly text: string;
    };

/** RFC 6121 section 4.7.2.1. */
const SHOW: Readonly<Record<string, Presence['availability']>> = {
  away: 'away',
  xa: 'xa',
  dnd: 'dnd',
  chat: 'available',
};

/** Reads a presence stanza (RFC 6121 sections 3 and 4); null for errors, probes, rooms and senders that are no address. */
export function readPresence(stanza: Element): PresenceUpdate | null {
  const address = parseAddress(stanza.attrs['from']);
  if (address === null || stanza.getChild('x', 'http://jabber.org/protocol/muc#user') !== undefined)
    return null;
  const contact = remoteKey(formatAddress({ ...address, resource: '' }));
  const type: unknown = stanza.attrs['type'];
  const text = stanza.getChildText('status')?.trim() ?? '';
  switch (type) {
    case undefined:
      return {
        kind: 'presence',
        contact,
        resource: address.resource || null,
        presence: available(stanza, address.resource, text),
      };
    case 'unavailable':
      return {
        kind: 'presence',
        contact,
        resource: address.resource || null,
        presence: unavailable(stanza, address.resource, text),
      };
    case 'subscribe':
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed':
      return { kind: 'subscription', contact, change: type, text };
    default:
      return null;
  }
}

function available(stanza: Element, resource: string, text: string): Presence {
  const priority = Number.parseInt(stanza.getChildText('priority') ?? '0', 10);
  return {
    availability: own(SHOW, stanza.getChildText('show')?.trim() ?? '') ?? 'available',
    text: text === '' ? null : text,
    since: readIdle(stanza) ?? readDelay(stanza),
    expiresAt: null,
    priority: priority >= -128 && priority <= 127 ? priority : 0,
    device: resource === '' ? null : resource,
  };
}

/** XEP-0319: since when nobody has touched that device. */
function readIdle(stanza: Element): number | null {
  return parseStamp(stanza.getChild('idle', NS.idle)?.attrs['since']);
}

/** A resource that is gone is gone; a contact without resources is offline, and may have said since when and why. */
function unavailable(stanza: Element, resource: string, text: string): Presence | null {
  if (resource !== '') return null;
  const told = text === '' ? null : text;
  return {
    availability: 'offline',
    text: told,
    since: readDelay(stanza),
    expiresAt: null,
    priority: 0,
    device: null,
  };
}

/** Our own presence as a stanza. Nobody sees an invisible account, which is what `unavailable` says. */
export function writePresence({ availability, text }: OwnPresence): Element {
  if (availability === 'invisible') return new Element('presence', { type: 'unavailable' });
  const stanza = new Element('presence');
  if (availability !== 'available') stanza.c('show').t(availability);
  if (text !== null && text !== '') stanza.c('status').t(text);
  return stanza;
}

/** A request or an answer about subscriptions (RFC 6121 section 3). */
export function writeSubscription(to: RemoteKey, type: string, text = ''): Element {
  const stanza = new Element('presence', { to, type });
  if (text !== '') stanza.c('status').t(text);
  return stanza;
}
