import { remoteKey, type ContactIn, type Event, type Presence, type SubscriptionState } from '@natter/core';
import type { AccountPresence, Contact, DevicePresence } from '@natter/native-protocol';
import { avatarOf } from './avatar.ts';

/** A row of the roster as an event. */
export function contactEvent(contact: Contact): Event {
  return { type: 'upsert', of: 'contact', key: remoteKey(contact.address), value: contactValue(contact) };
}

/** Whether a contact's presence is told to us. */
export function isWatched(contact: Contact): boolean {
  return contact.subscription.to === 'granted' && !contact.blocked;
}

function contactValue(contact: Contact): ContactIn {
  const { to, from }: { to: SubscriptionState; from: SubscriptionState } = contact.subscription;
  return {
    address: contact.address,
    name: contact.name,
    avatar: avatarOf(contact.picture),
    alias: contact.alias ?? null,
    groups: contact.groups,
    subscription: { to, from },
    request: from === 'pending' ? (contact.requestText ?? '') : null,
    blocked: contact.blocked,
    listed: true,
    // An address is never given to somebody else.
    stability: 'permanent',
  };
}

/** One device of a contact. */
export function presenceOfDevice(device: DevicePresence): Presence {
  return {
    availability: device.availability,
    text: device.text ?? null,
    since: device.since,
    expiresAt: null,
    priority: 0,
    device: null,
  };
}

/** A contact none of whose devices is to be seen. */
export function offlinePresence(presence: Pick<AccountPresence, 'lastSeen'>): Presence {
  return {
    availability: 'offline',
    text: null,
    since: presence.lastSeen ?? null,
    expiresAt: null,
    priority: 0,
    device: null,
  };
}
