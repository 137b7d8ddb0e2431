import type { ClientLink } from '@natter/core/link';
import type { Person, PersonContact } from '@natter/core/model';
import { plainText } from './plain-text.ts';

/** Everybody, the most reachable first. */
export async function everybody(link: ClientLink): Promise<readonly Person[]> {
  const query = { filter: {}, sort: ['presence', 'recency', 'name'], offset: 0, limit: 100 } as const;
  return (await link.call('people.list', query)).rows;
}

/** One line a person: what a unified contact list is about. */
export function personLine(person: Person): string {
  const { availability, text } = person.presence;
  const status = text === null ? availability : `${availability}, ${plainText(text)}`;
  const unread = person.unread > 0 ? `  ${person.unread} unread` : '';
  return `${plainText(person.name)}  [${status}]${unread}  ${person.contacts.map(contactText).join('  ')}`;
}

function contactText({ network, address }: PersonContact): string {
  return `${network}:${plainText(address)}`;
}
