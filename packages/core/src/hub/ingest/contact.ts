import type { ContactIn } from '../../contract/index.ts';
import type { Contact, RemoteKey, Subscription } from '../../model/index.ts';
import { mintId } from '../../model/index.ts';
import { linkVerified } from '../people/link.ts';
import { isTakenFromContact } from './borrowed-names.ts';
import type { Ingest } from './scope.ts';
import { markSeen } from './sweep-marks.ts';
import { visibleName } from './visible-name.ts';

/** What a network may say of a contact; whose it is and to which person it belongs is not for it to say. */
const fields: readonly (keyof ContactIn)[] = [
  'address',
  'name',
  'alias',
  'groups',
  'avatar',
  'subscription',
  'request',
  'blocked',
  'listed',
  'stability',
  'dormant',
  'verified',
  'bridge',
];

const noSubscription: Subscription = { to: 'none', from: 'none' };

/** Takes in what a network tells of a contact; a new one gets a person of its own. */
export function upsertContact(ingest: Ingest, key: RemoteKey, value: ContactIn): Contact {
  const { transaction } = ingest;
  markSeen(ingest, 'contact', null, key);
  const known = knownContact(ingest, key);
  const before = known ?? newContact(ingest, key, value.address ?? key);
  const { subscription, ...rest } = withVisibleNames(toldFields(value, fields));
  const contact: Contact = { ...before, ...rest, subscription: { ...before.subscription, ...subscription } };
  if (known && sameContact(known, contact)) return known;
  transaction.putContact(contact);
  if (ingest.news) transaction.log({ type: 'contact', contact: contact.id });
  if (value.verified !== undefined) linkVerified(transaction, contact);
  return contact;
}

/** The contact behind a key; one that the network has not told of is made, unlisted. */
export function ensureContact(ingest: Ingest, key: RemoteKey, name: string | null = null): Contact {
  const known = knownContact(ingest, key);
  if (known) return known;
  return upsertContact(ingest, key, { address: key, ...(name === null ? {} : { name }), listed: false });
}

function knownContact(ingest: Ingest, key: RemoteKey): Contact | undefined {
  const found = ingest.transaction.contactByKey(ingest.account.id, key);
  return found && isTakenFromContact(ingest, found, key) ? undefined : found;
}

/** Gone from the roster. Its conversation and history stay, and so does the person. */
export function removeContact(ingest: Ingest, key: RemoteKey): void {
  const contact = ingest.transaction.contactByKey(ingest.account.id, key);
  if (!contact || !contact.listed) return;
  ingest.transaction.putContact({
    ...contact,
    listed: false,
    groups: [],
    subscription: noSubscription,
    request: null,
  });
  if (ingest.news) ingest.transaction.log({ type: 'contact', contact: contact.id });
}

function newContact({ transaction, account }: Ingest, key: RemoteKey, address: string): Contact {
  const id = mintId('contact');
  const person = mintId('person');
  transaction.persons.set(person, {
    id: person,
    alias: null,
    contacts: [id],
    ordered: false,
    mergedInto: null,
  });
  const contact: Contact = {
    id,
    account: account.id,
    key,
    address,
    name: null,
    alias: null,
    groups: [],
    avatar: null,
    subscription: noSubscription,
    request: null,
    blocked: false,
    listed: true,
    stability: 'permanent',
    dormant: false,
    verified: [],
    bridge: null,
    person,
    home: person,
  };
  transaction.putContact(contact);
  return contact;
}

function withVisibleNames(told: ContactIn): ContactIn {
  const { name, alias } = told;
  return {
    ...told,
    ...(name !== undefined && { name: visibleName(name) }),
    ...(alias !== undefined && { alias: visibleName(alias) }),
  };
}

function sameContact(a: Contact, b: Contact): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The fields that were told, of those that may be told: adapters are code of others. */
export function toldFields<T extends object>(value: T, names: readonly (keyof T & string)[]): T {
  const told = names.filter((name) => Object.hasOwn(value, name) && value[name] !== undefined);
  return Object.fromEntries(told.map((name) => [name, value[name]])) as T;
}

/** `undefined` leaves unchanged, also when an adapter writes it out. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
