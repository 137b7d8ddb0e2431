import type { Person, PersonContact } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { personItem } from '../src/output/items/person.ts';

const presence = { availability: 'unknown', text: null, since: null } as const;

function contact(address: string, listed: boolean): PersonContact {
  const subscription = { to: 'none', from: 'none' } as const;
  const told = { request: null, alias: null, name: null, bridge: null } as const;
  return { address, listed, ...told, presence, subscription } as PersonContact;
}

function person(...contacts: readonly PersonContact[]): Person {
  return { id: 'p' as Person['id'], name: 'Bob', presence, unread: 0, lastActivity: 0, contacts };
}

const addresses = (item: object): unknown =>
  (item as { contacts: readonly { address: string }[] }).contacts.map(({ address }) => address);

describe('the row of a person', () => {
  it('leaves out a contact that was removed', () => {
    const row = personItem(person(contact('bob@one', true), contact('bob@two', false)));
    expect(addresses(row)).toEqual(['bob@one']);
  });

  it('shows a stranger who has written and is no contact', () => {
    expect(addresses(personItem(person(contact('eve@one', false))))).toEqual(['eve@one']);
  });
});
