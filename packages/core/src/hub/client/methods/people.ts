import type { ContactView, Methods } from '../../../client/index.ts';
import type {
  AccountId,
  Contact,
  Distinction,
  Person,
  PersonId,
  PersonRecord,
} from '../../../model/index.ts';
import { NatterError, errorData } from '../../../model/index.ts';
import { linkPersons, separate, unlinkContact } from '../../people/link.ts';
import { currentPerson } from '../../people/route.ts';
import { suggestLinks } from '../../people/suggest.ts';
import type { Profile } from '../../state/profile.ts';
import type { Transaction } from '../../state/transaction.ts';
import type { ClientContext } from '../context.ts';
import { found } from '../context.ts';
import { peopleList } from '../people-list.ts';
import { personRow, presenceOf } from '../person-row.ts';
import type { Answers } from './table.ts';

type Names = Extract<keyof Methods, `person.${string}` | 'people.list' | 'contact.list'>;

/** People: the unified list, linking and unlinking. */
export function peopleMethods(context: ClientContext): Answers<Names> {
  const { profile, queue } = context.environment;
  const row = (id: PersonId): Person =>
    found(personRow(profile, currentPerson(profile, id)), 'contact', 'person');
  return {
    'people.list': async ({ offset, limit, ...query }) => {
      const list = peopleList(context.people, query);
      const answer = {
        total: list.size,
        rows: list.slice(offset, offset + limit).map(({ person }) => person),
      };
      list.dispose();
      return answer;
    },
    'person.get': async ({ person }) => row(person),
    'person.link': async ({ persons }) => {
      const kept = await queue.run((transaction) => link(transaction, persons));
      return row(kept);
    },
    'person.unlink': async ({ contact }) => {
      const own = await queue.run((transaction) => separate(transaction, contactOf(transaction, contact)).id);
      return row(own);
    },
    'person.distinguish': async (distinction) => {
      await queue.run((transaction) => distinguish(transaction, distinction));
      return null;
    },
    'person.undistinguish': async (distinction) => {
      await queue.run((transaction) => transaction.removeDistinction(distinction));
      return null;
    },
    'person.prefer': async ({ person, contacts }) => {
      await queue.run((transaction) => prefer(transaction, currentPerson(transaction, person), contacts));
      return row(person);
    },
    'person.rename': async ({ person, alias }) => {
      await queue.run((transaction) =>
        rename(transaction, currentPerson(transaction, person), alias || null),
      );
      return row(person);
    },
    'person.suggest': async () =>
      suggestLinks(
        profile,
        [...context.people.entries()].map(([, person]) => person),
      ),
    'contact.list': async ({ account }) => contactViews(profile, account),
  };
}

function contactViews(profile: Profile, account: AccountId | undefined): readonly ContactView[] {
  const contacts = [...profile.contacts.entries()].map(([, contact]) => contact);
  return contacts
    .filter((contact) => account === undefined || contact.account === account)
    .map((contact) => ({
      ...contact,
      network: profile.accounts.get(contact.account)?.network ?? '',
      presence: presenceOf(profile, contact),
    }));
}

function link(transaction: Transaction, ids: readonly PersonId[]): PersonId {
  const records = ids.map((id) => currentPerson(transaction, id));
  const [first, ...others] = records;
  if (!first || others.length === 0)
    throw new NatterError(errorData('invalid', 'linking takes two people or more', { scope: 'contact' }));
  // The user's own word of now is newer than their "not the same" of then.
  const contacts = records.flatMap((record) => record.contacts);
  for (const a of contacts) for (const b of contacts) if (a < b) transaction.removeDistinction({ a, b });
  return linkPersons(transaction, first, others).id;
}

function distinguish(transaction: Transaction, value: Distinction): void {
  const a = contactOf(transaction, value.a);
  const b = contactOf(transaction, value.b);
  if (a.person === b.person) unlinkContact(transaction, b.home === b.person ? a : b);
  transaction.putDistinction(value);
}

function prefer(transaction: Transaction, record: PersonRecord, contacts: readonly Contact['id'][]): void {
  const stranger = contacts.find((contact) => !record.contacts.includes(contact));
  if (stranger !== undefined)
    throw new NatterError(
      errorData('invalid', 'a preferred contact must be one of the person', { scope: 'contact' }),
    );
  const ordered = [...new Set([...contacts, ...record.contacts])];
  transaction.persons.set(record.id, { ...record, contacts: ordered, ordered: contacts.length > 0 });
}

/** Without a name of its own, a person would go by that of one who was linked to it: that one goes as well. */
function rename(transaction: Transaction, record: PersonRecord, alias: string | null): void {
  transaction.persons.set(record.id, { ...record, alias });
  for (const id of alias === null ? record.contacts : []) {
    const home = transaction.persons.get(contactOf(transaction, id).home);
    if (home && home.id !== record.id) transaction.persons.set(home.id, { ...home, alias: null });
  }
}

function contactOf(transaction: Transaction, id: Contact['id']): Contact {
  return found(transaction.contacts.get(id), 'contact', 'contact');
}
