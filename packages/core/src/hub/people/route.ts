import type { Destination } from '../../client/index.ts';
import type { AccountId, Contact, PersonId, PersonRecord } from '../../model/index.ts';
import { NatterError, availabilityOrder, errorData, supports } from '../../model/index.ts';
import type { ClientContext } from '../client/context.ts';
import { found } from '../client/context.ts';
import { presenceOf } from '../client/person-row.ts';
import type { Profile } from '../state/profile.ts';

/** The people as a profile shows them, or as a transaction is about to make them. */
interface Persons {
  readonly persons: { get(id: PersonId): PersonRecord | undefined };
}

/** The person behind an id, also when it was merged into another since. */
export function currentPerson({ persons }: Persons, id: PersonId): PersonRecord {
  let person = found(persons.get(id), 'contact', 'person');
  for (let hops = 0; person.mergedInto !== null && hops < 1000; hops += 1)
    person = found(persons.get(person.mergedInto), 'contact', 'person');
  return person;
}

/**
 * Through which contact a message to a person goes: the first in the user's order that can carry it; without an order the
 * most reachable, and among equals the one that was talked to last. Presence never overrules the user.
 */
export function routeOf(
  { environment: { profile, adapters } }: ClientContext,
  id: PersonId,
  account?: AccountId,
): Contact {
  const person = currentPerson(profile, id);
  const writable = person.contacts
    .map((contact) => profile.contacts.get(contact))
    .filter((contact) => contact !== undefined)
    .filter(
      (contact) =>
        (account === undefined || contact.account === account) && canCarry(profile, adapters, contact),
    );
  // What goes to a disabled account waits in the outbox; another route is better, none is worse.
  const enabled = writable.filter((contact) => profile.accounts.get(contact.account)?.enabled);
  const carriers = enabled.length > 0 ? enabled : writable;
  const ranked = person.ordered
    ? carriers
    : carriers.toSorted(
        (a, b) => rank(profile, a) - rank(profile, b) || lastTalk(profile, b) - lastTalk(profile, a),
      );
  const [route] = ranked;
  if (route) return route;
  throw new NatterError(
    errorData('not-found', "none of this person's contacts can be written to", { scope: 'contact' }),
  );
}

function canCarry(
  profile: Profile,
  adapters: ClientContext['environment']['adapters'],
  contact: Contact,
): boolean {
  const account = profile.accounts.get(contact.account);
  if (!account || contact.blocked || contact.dormant) return false;
  const capabilities =
    profile.statuses.get(account.id)?.capabilities ?? adapters.get(account.network)?.capabilities;
  return capabilities === undefined || supports(capabilities, 'direct');
}

function rank(profile: Profile, contact: Contact): number {
  return availabilityOrder[presenceOf(profile, contact).availability];
}

function lastTalk(profile: Profile, contact: Contact): number {
  const direct = profile.directs.get(contact.id);
  return direct === undefined ? 0 : (profile.conversations.get(direct)?.lastActivity ?? 0);
}

/** The contact that a destination means, or `null` when it names a conversation. */
export function contactOfDestination(
  context: ClientContext,
  to: Exclude<Destination, { conversation: unknown }>,
): Contact {
  if ('contact' in to)
    return found(context.environment.profile.contacts.get(to.contact), 'contact', 'contact');
  return routeOf(context, to.person, to.account);
}
