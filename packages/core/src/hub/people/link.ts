import type { Contact, ContactId, PersonRecord } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';

/** Moves every contact of the other persons to the first; their ids go on to lead to it. */
export function linkPersons(
  transaction: Transaction,
  first: PersonRecord,
  others: readonly PersonRecord[],
): PersonRecord {
  let kept = first;
  for (const other of new Map(others.map((record) => [record.id, record])).values()) {
    if (other.id === kept.id) continue;
    for (const id of other.contacts) moveContact(transaction, id, kept);
    kept = { ...kept, contacts: [...kept.contacts, ...other.contacts] };
    transaction.persons.set(other.id, { ...other, contacts: [], mergedInto: kept.id });
  }
  transaction.persons.set(kept.id, kept);
  return kept;
}

/** Returns a contact to the person that it was minted with; the one it leaves keeps the rest. */
export function unlinkContact(transaction: Transaction, contact: Contact): PersonRecord {
  const from = transaction.persons.get(contact.person);
  if (!from || from.contacts.length < 2) return from ?? ownPerson(transaction, contact);
  // The person's own first contact cannot leave its home: the others move out together instead.
  if (contact.home === from.id) return moveOthersOut(transaction, contact, from);
  const home = ownPerson(transaction, contact);
  transaction.persons.set(from.id, { ...from, contacts: from.contacts.filter((id) => id !== contact.id) });
  transaction.persons.set(home.id, home);
  moveContact(transaction, contact.id, home);
  return home;
}

/**
 * Undoes a link by the user's wish. Where networks say that it is one identity, that is the user's "not the same": else the
 * next word of the network would link them again.
 */
export function separate(transaction: Transaction, contact: Contact): PersonRecord {
  for (const id of transaction.persons.get(contact.person)?.contacts ?? []) {
    const other = transaction.contacts.get(id);
    if (other && other.id !== contact.id && shareIdentity(contact, other))
      transaction.putDistinction({ a: contact.id, b: other.id });
  }
  return unlinkContact(transaction, contact);
}

function shareIdentity(a: Contact, b: Contact): boolean {
  return a.verified.some((identity) => b.verified.includes(identity));
}

function moveOthersOut(transaction: Transaction, contact: Contact, from: PersonRecord): PersonRecord {
  const others = from.contacts.filter((id) => id !== contact.id);
  const next = transaction.contacts.get(others[0] ?? contact.id);
  if (next) {
    const home = { ...ownPerson(transaction, next), contacts: others, ordered: from.ordered };
    transaction.persons.set(home.id, home);
    for (const id of others) moveContact(transaction, id, home);
  }
  const alone = ownPerson(transaction, contact);
  transaction.persons.set(alone.id, alone);
  return alone;
}

/** The person that a contact was minted with, by the name that the user gave it before it was linked. */
function ownPerson({ persons }: Transaction, contact: Contact): PersonRecord {
  const alias = persons.get(contact.home)?.alias ?? null;
  return { id: contact.home, alias, contacts: [contact.id], ordered: false, mergedInto: null };
}

function moveContact(transaction: Transaction, id: ContactId, to: PersonRecord): void {
  const contact = transaction.contacts.get(id);
  if (!contact || contact.person === to.id) return;
  transaction.putContact({ ...contact, person: to.id });
  transaction.log({ type: 'contact', contact: id });
  // The person that it was minted with leads to where it is now, whoever it was merged into on the way.
  const home = transaction.persons.get(contact.home);
  if (home && home.id !== to.id && home.contacts.length === 0)
    transaction.persons.set(home.id, { ...home, mergedInto: to.id });
}

/** Whether the user has said that two of these contacts are not the same. */
export function areDistinct(transaction: Transaction, a: PersonRecord, b: PersonRecord): boolean {
  return a.contacts.some((one) => b.contacts.some((other) => transaction.isDistinct({ a: one, b: other })));
}

/** Links by itself only what networks have verified to be one identity, and never against the user's word. */
export function linkVerified(transaction: Transaction, contact: Contact): void {
  if (contact.verified.length === 0) return;
  for (const other of transaction.contacts.values()) {
    if (other.id === contact.id || !shareIdentity(other, contact)) continue;
    const person = transaction.persons.get(transaction.contacts.get(contact.id)?.person ?? contact.person);
    const same = transaction.persons.get(other.person);
    if (person && same && person.id !== same.id && !areDistinct(transaction, person, same))
      linkPersons(transaction, same, [person]);
  }
}
