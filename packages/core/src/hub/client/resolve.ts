import type { ResolveMatch } from '../../client/index.ts';
import type {
  AccountId,
  AccountRecord,
  Contact,
  ContactId,
  Conversation,
  ConversationId,
  PersonId,
} from '../../model/index.ts';
import { contactName } from '../../model/index.ts';
import type { ClientContext } from './context.ts';
import { currentPerson } from '../people/route.ts';
import { foldName } from './people-list.ts';
import { personRow } from './person-row.ts';

/**
 * What a name that somebody typed means: an id, `account/address`, an address, or a name of a person or room. All matches
 * of the first of these that fits are given, and the caller asks when there are several.
 */
export function resolveName(
  context: ClientContext,
  text: string,
  account?: AccountId,
): readonly ResolveMatch[] {
  const tiers = [byId, byAccountAddress, byAddress, byName];
  for (const tier of tiers) {
    const matches = tier(context, text, account);
    if (matches.length > 0) return matches;
  }
  return [];
}

function byId({ environment: { profile } }: ClientContext, text: string): readonly ResolveMatch[] {
  if (profile.persons.has(text as PersonId)) {
    const person = currentPerson(profile, text as PersonId);
    return [{ kind: 'person', person: person.id, name: personRow(profile, person)?.name ?? '' }];
  }
  const contact = profile.contacts.get(text as ContactId);
  if (contact) return [contactMatch(contact)];
  const conversation = profile.conversations.get(text as ConversationId);
  if (!conversation) return [];
  return [
    {
      kind: 'conversation',
      conversation: conversation.id,
      account: conversation.account,
      title: conversation.title ?? text,
      type: conversation.kind,
    },
  ];
}

/**
 * `account/address`, where the account is an id, an address, a network, or `network/address` when several accounts fit
 * otherwise. Every slash may be the one between the two: addresses may hold slashes themselves.
 */
function byAccountAddress(context: ClientContext, text: string): readonly ResolveMatch[] {
  for (let slash = text.indexOf('/'); slash > 0; slash = text.indexOf('/', slash + 1)) {
    const accounts = findAccounts(context, text.slice(0, slash));
    const matches = accounts.flatMap(({ id }) => byAddress(context, text.slice(slash + 1), id));
    if (matches.length > 0) return matches;
  }
  return [];
}

function findAccounts({ environment: { profile } }: ClientContext, text: string): readonly AccountRecord[] {
  const wanted = text.toLowerCase();
  const accounts = [...profile.accounts.entries()].map(([, account]) => account);
  return accounts.filter(({ id, network, address }) => {
    const known = address.toLowerCase();
    return id === text || known === wanted || network === wanted || `${network}/${known}` === wanted;
  });
}

/** The same address may be a contact of several accounts; contacts of one person are one choice. */
function byAddress(
  { environment: { profile } }: ClientContext,
  text: string,
  account?: AccountId,
): readonly ResolveMatch[] {
  const wanted = text.toLowerCase();
  const contacts: Contact[] = [];
  for (const [, contact] of profile.contacts.entries()) {
    if ((account === undefined || contact.account === account) && contact.address.toLowerCase() === wanted)
      contacts.push(contact);
  }
  const [first] = contacts;
  if (first && contacts.length > 1 && contacts.every(({ person }) => person === first.person)) {
    return [{ kind: 'person', person: first.person, name: contactName(first) }];
  }
  return [
    ...contacts.map(contactMatch),
    ...(contacts.length === 0
      ? matching(profile.conversations.entries(), account, (each) => isAt(each, wanted))
      : []),
  ];
}

function byName(context: ClientContext, text: string, account?: AccountId): readonly ResolveMatch[] {
  const wanted = foldName(text);
  const matches: ResolveMatch[] = [];
  for (const [, person] of context.people.entries()) {
    const here =
      account === undefined
        ? person.contacts
        : person.contacts.filter((contact) => contact.account === account);
    const named =
      foldName(person.name) === wanted ||
      here.some(
        ({ alias, name }) => (alias && foldName(alias) === wanted) || (name && foldName(name) === wanted),
      );
    if (here.length > 0 && named) matches.push({ kind: 'person', person: person.id, name: person.name });
  }
  const conversations = context.environment.profile.conversations.entries();
  return [
    ...matches,
    ...matching(
      conversations,
      account,
      ({ kind, title }) => kind !== 'direct' && title !== null && foldName(title) === wanted,
    ),
  ];
}

/** A room, or what is said in private with one of its occupants: that has an address of its own, and no contact. */
function isAt({ kind, parent, key }: Conversation, address: string): boolean {
  return (kind !== 'direct' || parent !== null) && key?.toLowerCase() === address;
}

type Conversations = Iterable<readonly [ConversationId, Conversation]>;

function matching(
  conversations: Conversations,
  account: AccountId | undefined,
  fits: (room: Conversation) => boolean,
): readonly ResolveMatch[] {
  const matches: ResolveMatch[] = [];
  for (const [id, room] of conversations) {
    if ((account !== undefined && room.account !== account) || !fits(room)) continue;
    matches.push({
      kind: 'conversation',
      conversation: id,
      account: room.account,
      title: room.title ?? room.key ?? id,
      type: room.kind,
    });
  }
  return matches;
}

function contactMatch({ id, account, address, person }: Contact): ResolveMatch {
  return { kind: 'contact', contact: id, account, address, person };
}
