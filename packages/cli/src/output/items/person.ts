import type { Availability, Person, PersonContact, Presence } from '@natter/core';
import type { JsonItem } from '../output.ts';
import { oneLine } from '../sanitise.ts';
import type { Style } from '../style.ts';
import { isoTime } from '../time.ts';
import { bridgeFields, networkText } from './network.ts';

/** Availability and text, as every line has them. */
export function presenceFields(presence: Pick<Presence, 'availability' | 'text'>): JsonItem['presence'] {
  return { availability: presence.availability, text: presence.text };
}

/** `{"type":"person"}`. */
export function personItem(person: Person): JsonItem {
  return {
    type: 'person',
    id: person.id,
    name: person.name,
    presence: presenceFields(person.presence),
    unread: person.unread,
    lastActivity: person.lastActivity === 0 ? null : isoTime(person.lastActivity),
    contacts: shownContacts(person).map(contactFields),
  };
}

/** A contact that was removed stays linked, for its history; the row shows it only when it is all that there is. */
function shownContacts({ contacts }: Person): readonly PersonContact[] {
  const shown = contacts.filter(({ listed, request }) => listed || request !== null);
  return shown.length > 0 ? shown : contacts;
}

function contactFields(contact: PersonContact): object {
  return {
    id: contact.id,
    account: contact.account,
    accountAddress: contact.accountAddress,
    network: contact.network,
    bridge: bridgeFields(contact.bridge),
    address: contact.address,
    name: contact.alias ?? contact.name,
    presence: presenceFields(contact.presence),
    subscription: { to: contact.subscription.to, from: contact.subscription.from },
    groups: contact.groups,
    request: contact.request,
    blocked: contact.blocked,
    conversation: contact.conversation,
  };
}

const signs: Readonly<Record<Availability, string>> = {
  available: '●',
  away: '◐',
  xa: '◐',
  dnd: '⊘',
  offline: '○',
  unknown: '?',
  unsupported: '·',
};

/** A row of the list and, indented, the contacts that it holds. */
export function personText(person: Person, style: Style): string {
  const { availability, text } = person.presence;
  const sign = signs[availability];
  const head = [
    availability === 'available' ? style.good(sign) : style.faint(sign),
    style.strong(oneLine(person.name)),
    availability,
    ...(text ? [style.faint(`"${oneLine(text)}"`)] : []),
    ...(person.unread > 0 ? [style.warning(`${person.unread} unread`)] : []),
  ];
  return [head.join('  '), ...shownContacts(person).map((contact) => contactText(contact, style))].join('\n');
}

function contactText(contact: PersonContact, style: Style): string {
  const remarks = [
    contact.presence.availability,
    ...(contact.blocked ? ['blocked'] : []),
    ...(contact.subscription.from === 'pending' ? ['wants to be a contact'] : []),
    ...(contact.subscription.to === 'pending' ? ['not answered yet'] : []),
  ];
  return `    ${networkText(contact.network, contact.bridge)}  ${oneLine(contact.address)}  ${style.faint(`${remarks.join(', ')}  via ${oneLine(contact.accountAddress)}`)}`;
}
