import { remoteKey, type BridgeOrigin, type RemoteKey, type Subscription } from '@natter/core/model';
import type { ContactIn, Event } from '@natter/core';
import { Element } from '@xmpp/xml';
import { bareAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';

/** What the roster does not tell but this session knows. */
export interface SubscriptionKnowledge {
  /** Whether a request of that contact waits for our answer: the roster knows no pending `from`. */
  requested(contact: RemoteKey): boolean;
  /** Whether that contact refused us: the roster then says the same as if we had never asked. */
  denied(contact: RemoteKey): boolean;
  /** The network behind the gateway that a contact lives behind; null for one that is here itself. */
  bridge(contact: RemoteKey): BridgeOrigin | null;
}

/** One roster item (RFC 6121 section 2.1.2) as an event; null for an item without a valid address. */
export function mapRosterItem(item: Element, knowledge: SubscriptionKnowledge): Event | null {
  const address = bareAddress(item.attrs['jid']);
  if (address === null) return null;
  const key = remoteKey(address);
  if (item.attrs['subscription'] === 'remove') return { type: 'remove', of: 'contact', key };
  const name: unknown = item.attrs['name'];
  const groups = item.getChildren('group').map((group) => group.getText().trim());
  const subscription = readSubscription(item, key, knowledge);
  const value: ContactIn = {
    address,
    alias: typeof name === 'string' && name !== '' ? name : null,
    groups: [...new Set(groups.filter((group) => group !== ''))],
    subscription,
    ...(subscription.from === 'granted' ? { request: null } : {}),
    bridge: knowledge.bridge(key),
    listed: true,
    stability: 'permanent',
  };
  return { type: 'upsert', of: 'contact', key, value };
}

function readSubscription(item: Element, key: RemoteKey, knowledge: SubscriptionKnowledge): Subscription {
  const state: unknown = item.attrs['subscription'];
  const asked = item.attrs['ask'] === 'subscribe';
  const refused = knowledge.denied(key) ? 'denied' : 'none';
  return {
    to: state === 'both' || state === 'to' ? 'granted' : asked ? 'pending' : refused,
    from: state === 'both' || state === 'from' ? 'granted' : knowledge.requested(key) ? 'pending' : 'none',
  };
}

/** A roster item as we write it: the server replaces the whole entry. */
export function writeRosterItem(
  contact: RemoteKey,
  alias: string | null,
  groups: readonly string[],
): Element {
  const item = new Element(
    'item',
    alias === null || alias === '' ? { jid: contact } : { jid: contact, name: alias },
  );
  for (const group of groups) item.c('group').t(group);
  return rosterQuery(item);
}

/** Takes a contact off the roster, which also ends both subscriptions (RFC 6121 section 2.5). */
export function removeRosterItem(contact: RemoteKey): Element {
  return rosterQuery(new Element('item', { jid: contact, subscription: 'remove' }));
}

function rosterQuery(item: Element): Element {
  const query = new Element('query', { xmlns: NS.roster });
  query.append(item);
  return query;
}
