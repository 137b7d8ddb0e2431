import { DerivedMapBase } from '../../streams/derived-map.ts';
import type {
  Contact,
  ContactPresence,
  Person,
  PersonContact,
  PersonId,
  PersonRecord,
} from '../../model/index.ts';
import { availabilityOrder, contactName, supports, unknownPresence } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';

/**
 * The rows of the unified contact list: each person with its contacts, presence, unread count and last activity. A change
 * of a contact, its presence or its conversation costs the one row that it belongs to.
 */
export class PersonRows extends DerivedMapBase<PersonId, Person> {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    const { persons, contacts, presences, conversations, accounts, statuses } = profile;
    super(persons, contacts, presences, conversations, accounts, statuses);
    this.#profile = profile;
    this.follow(
      persons,
      ({ key }) => this.#refresh(key),
      (id, record) => {
        const row = personRow(profile, record);
        if (row) this.load(id, row);
      },
    );
    // What there is now was taken in with the persons; from here on only changes count.
    this.#followChanges(contacts, (id) => this.#personOf(contacts.get(id)));
    this.#followChanges(presences, (id) => this.#personOf(contacts.get(id)));
    this.#followChanges(conversations, (id) => {
      const contact = conversations.get(id)?.contact;
      return contact ? this.#personOf(contacts.get(contact)) : undefined;
    });
    // An account that comes, goes, or learns what it can do touches the rows of its contacts.
    this.#followAccounts();
  }

  #followChanges<K>(
    source: { attach(follower: { apply(changes: readonly { key: K }[]): void; end(): void }): () => void },
    personOf: (key: K) => PersonId | undefined,
  ): void {
    this.detachWith(
      source.attach({
        apply: (changes) => {
          for (const { key } of changes) {
            const person = personOf(key);
            if (person !== undefined) this.#refresh(person);
          }
        },
        end: () => undefined,
      }),
    );
  }

  #followAccounts(): void {
    const { statuses } = this.#profile;
    const presenceOf = new Map<string, boolean>();
    this.detachWith(
      statuses.attach({
        apply: (changes) => {
          for (const { key, value } of changes) {
            const now = value ? supports(value.capabilities, 'presence') : undefined;
            if (presenceOf.get(key) === now) continue;
            if (now === undefined) presenceOf.delete(key);
            else presenceOf.set(key, now);
            for (const [, contact] of this.#profile.contacts.entries())
              if (contact.account === key) this.#refresh(contact.person);
          }
        },
        end: () => undefined,
      }),
    );
  }

  #personOf(contact: Contact | undefined): PersonId | undefined {
    return contact?.person;
  }

  #refresh(id: PersonId): void {
    const record = this.#profile.persons.get(id);
    const row = record && personRow(this.#profile, record);
    if (row) this.put(id, row);
    else this.drop(id);
  }
}

/** A person as its row shows it; `undefined` when nothing of it is left. */
export function personRow(profile: Profile, record: PersonRecord): Person | undefined {
  const known = record.contacts.map((id) => {
    const contact = profile.contacts.get(id);
    return contact && personContact(profile, contact);
  });
  // As a rule all are there: then no second list is made.
  const contacts = known.every(isPresent) ? known : known.filter(isPresent);
  const first = contacts[0];
  if (!first) return undefined;
  let unread = 0;
  let lastActivity = 0;
  for (const { conversation: id } of contacts) {
    const conversation = id === null ? undefined : profile.conversations.get(id);
    if (!conversation) continue;
    unread += conversation.unread;
    lastActivity = Math.max(lastActivity, conversation.lastActivity);
  }
  return {
    id: record.id,
    name: record.alias || adoptedAlias(profile, record, contacts) || nameOf(contacts, first),
    presence: bestPresence(contacts),
    unread,
    lastActivity,
    contacts,
  };
}

function nameOf(contacts: readonly PersonContact[], first: PersonContact): string {
  return contactName(contacts.find(({ alias, name }) => alias || name) ?? first);
}

/** What the user called one of those who were linked, until the link is undone. */
function adoptedAlias(
  { persons }: Profile,
  { id }: PersonRecord,
  contacts: readonly PersonContact[],
): string | null {
  if (contacts.length === 1) return null;
  for (const { home } of contacts) {
    const alias = home === id ? null : persons.get(home)?.alias;
    if (alias) return alias;
  }
  return null;
}

function isPresent(contact: PersonContact | undefined): contact is PersonContact {
  return contact !== undefined;
}

function personContact(profile: Profile, contact: Contact): PersonContact {
  const account = profile.accounts.get(contact.account);
  // Written out: every change of a presence makes such a row, and a spread takes three times as long.
  return {
    id: contact.id,
    account: contact.account,
    key: contact.key,
    address: contact.address,
    name: contact.name,
    alias: contact.alias,
    groups: contact.groups,
    avatar: contact.avatar,
    subscription: contact.subscription,
    request: contact.request,
    blocked: contact.blocked,
    listed: contact.listed,
    stability: contact.stability,
    dormant: contact.dormant,
    verified: contact.verified,
    bridge: contact.bridge,
    person: contact.person,
    home: contact.home,
    network: account?.network ?? '',
    accountAddress: account?.address ?? '',
    presence: presenceOf(profile, contact),
    conversation: profile.directs.get(contact.id) ?? null,
  };
}

/** What is known of a contact's presence; `unsupported` where its network has none. */
export function presenceOf(profile: Profile, contact: Contact): ContactPresence {
  const known = profile.presences.get(contact.id);
  if (known) return known;
  const capabilities = profile.statuses.get(contact.account)?.capabilities;
  return capabilities && !supports(capabilities, 'presence') ? unsupportedPresence : unknownPresence;
}

const unsupportedPresence: ContactPresence = { ...unknownPresence, availability: 'unsupported' };

/** The most reachable contact speaks for the person; among equals the user's order decides. */
function bestPresence(contacts: readonly PersonContact[]): Person['presence'] {
  let best: ContactPresence = contacts[0]?.presence ?? unknownPresence;
  for (const { presence } of contacts) {
    if (availabilityOrder[presence.availability] < availabilityOrder[best.availability]) best = presence;
  }
  return { availability: best.availability, text: best.text, since: best.since };
}
