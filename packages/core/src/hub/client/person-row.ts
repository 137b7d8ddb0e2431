import type {
  Contact,
  ContactPresence,
  Conversation,
  Person,
  PersonContact,
  PersonId,
  PersonRecord,
} from '../../model/index.ts';
import { availabilityOrder, contactName, supports, unknownPresence } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';

/**
 * A row of the unified contact list, from which it is filtered and sorted; what front ends are shown of it is made when it
 * is shown. Whatever it tells of changes makes a new row of the person, so what it reads is as it was when it was made.
 */
export class PersonRow {
  readonly record: PersonRecord;
  /** Those that are there; never none. */
  readonly contacts: readonly [Contact, ...Contact[]];
  readonly #profile: Profile;
  #person: Person | null = null;

  private constructor(profile: Profile, record: PersonRecord, contacts: readonly [Contact, ...Contact[]]) {
    this.#profile = profile;
    this.record = record;
    this.contacts = contacts;
  }

  /** The row of a person; `undefined` when nothing of it is left. */
  static of(profile: Profile, record: PersonRecord | undefined): PersonRow | undefined {
    if (record === undefined) return undefined;
    const contacts: Contact[] = [];
    for (const id of record.contacts) {
      const contact = profile.contacts.get(id);
      if (contact) contacts.push(contact);
    }
    return isSome(contacts) ? new PersonRow(profile, record, contacts) : undefined;
  }

  get id(): PersonId {
    return this.record.id;
  }

  get name(): string {
    const { record, contacts } = this;
    return record.alias || this.#adoptedAlias() || contactName(contacts.find(isNamed) ?? contacts[0]);
  }

  /** The most reachable contact speaks for the person; among equals the user's order decides. */
  get presence(): ContactPresence {
    return mostReachable(this.contacts.map((contact) => presenceOf(this.#profile, contact)));
  }

  get unread(): number {
    let unread = 0;
    for (const contact of this.contacts) unread += this.#conversationWith(contact)?.unread ?? 0;
    return unread;
  }

  get lastActivity(): number {
    let last = 0;
    for (const contact of this.contacts)
      last = Math.max(last, this.#conversationWith(contact)?.lastActivity ?? 0);
    return last;
  }

  /** As front ends are shown it: the same object for the same row. */
  get person(): Person {
    this.#person ??= this.#shown();
    return this.#person;
  }

  #shown(): Person {
    const { id, name, unread, lastActivity } = this;
    const contacts = this.contacts.map((contact) => personContact(this.#profile, contact));
    const { availability, text, since } = mostReachable(contacts.map(({ presence }) => presence));
    return { id, name, presence: { availability, text, since }, unread, lastActivity, contacts };
  }

  #conversationWith({ id }: Contact): Conversation | undefined {
    const conversation = this.#profile.directs.get(id);
    return conversation === undefined ? undefined : this.#profile.conversations.get(conversation);
  }

  /** What the user called one of those who were linked, until the link is undone. */
  #adoptedAlias(): string | null {
    if (this.contacts.length === 1) return null;
    for (const { home } of this.contacts) {
      const alias = home === this.id ? null : this.#profile.persons.get(home)?.alias;
      if (alias) return alias;
    }
    return null;
  }
}

/** A person as front ends are shown it; `undefined` when nothing of it is left. */
export function personRow(profile: Profile, record: PersonRecord): Person | undefined {
  return PersonRow.of(profile, record)?.person;
}

function mostReachable(presences: readonly ContactPresence[]): ContactPresence {
  let best = presences[0] ?? unknownPresence;
  for (const presence of presences)
    if (availabilityOrder[presence.availability] < availabilityOrder[best.availability]) best = presence;
  return best;
}

function isSome(contacts: readonly Contact[]): contacts is readonly [Contact, ...Contact[]] {
  return contacts.length > 0;
}

function isNamed({ alias, name }: Contact): boolean {
  return Boolean(alias || name);
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
