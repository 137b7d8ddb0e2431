import { expect, it } from 'vitest';
import { sample } from '@natter/testing/store';
import type { Contact, ContactId, PersonId } from '../../src/index.ts';
import { peopleList } from '../../src/hub/client/people-list.ts';
import { PersonRows } from '../../src/hub/client/person-rows.ts';
import { Profile } from '../../src/hub/state/profile.ts';
import { openWindow } from '../../src/streams/index.ts';
import { unknownPresence } from '../../src/model/index.ts';

const byName = { filter: {}, sort: ['name'] } as const;
const id = (name: string): PersonId => `p-${name}` as PersonId;

/** A profile with people of these names. */
function profileOf(...names: readonly string[]): Profile {
  const profile = new Profile((error) => expect.unreachable(String(error)));
  profile.frames.run(() => {
    for (const name of names) {
      const contact: Contact = {
        ...sample.contact(`c-${name}`, 'a'),
        name,
        person: id(name),
        home: id(name),
      };
      profile.contacts.set(contact.id, contact);
      profile.persons.set(id(name), {
        id: id(name),
        alias: null,
        contacts: [contact.id],
        ordered: false,
        mergedInto: null,
      });
    }
  });
  return profile;
}

function appear(profile: Profile, name: string): void {
  profile.presences.set(`c-${name}` as ContactId, { ...unknownPresence, availability: 'available' });
}

it('makes what is shown of a person when it is shown, and once', () => {
  const profile = profileOf('ann', 'bob', 'cid');
  const made: string[] = [];
  const window = openWindow(
    peopleList(new PersonRows(profile), byName),
    { offset: 0, limit: 1 },
    ({ person }) => {
      made.push(person.name);
      return person;
    },
  );
  appear(profile, 'bob');
  expect(made).toEqual(['ann']);
  appear(profile, 'ann');
  expect(made).toEqual(['ann', 'ann']);
  expect(window.current).toMatchObject({ total: 3, rows: [{ presence: { availability: 'available' } }] });
});

it('tells of people who change and go although nobody has looked at them', () => {
  const profile = profileOf('ann', 'bob', 'cid', 'dan');
  const rows = new PersonRows(profile);
  const window = openWindow(peopleList(rows, byName), { offset: 0, limit: 9 }, ({ name }) => name);
  const told: unknown[] = [];
  rows.delta$.subscribe((delta) => {
    if (!('reset' in delta))
      told.push(
        delta.set.map(([, { name }]) => name),
        delta.removed,
      );
  });
  profile.frames.run(() => {
    appear(profile, 'ann');
    profile.persons.delete(id('bob'));
  });
  expect(told).toEqual([['ann'], [id('bob')]]);
  expect(window.current.rows).toEqual(['ann', 'cid', 'dan']);
  expect(rows.size).toBe(3);
  expect(rows.has(id('bob'))).toBe(false);
  // The row of somebody whose contact went is gone with it.
  profile.contacts.delete('c-cid' as ContactId);
  profile.persons.set(id('cid'), { ...profile.persons.get(id('cid'))!, contacts: [] });
  expect(window.current.rows).toEqual(['ann', 'dan']);
  expect(rows.get(id('dan'))).toBe(rows.get(id('dan')));
});
