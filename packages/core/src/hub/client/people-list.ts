import type { PeopleQuery } from '../../client/index.ts';
import type { Person, PersonContact, PersonId } from '../../model/index.ts';
import { availabilityOrder } from '../../model/index.ts';
import { order } from '../../streams/index.ts';
import type { LiveMap, Ordered } from '../../streams/index.ts';

const ascii = /^[\x20-\x7e]*$/;

/** Text as names are compared: without case and accents. */
export function foldName(text: string): string {
  // Most names need no more, and a list folds every name that changes.
  if (ascii.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether a row belongs to a list. */
export function matchesPeople({ filter: wanted }: PeopleQuery): (person: Person) => boolean {
  const text = wanted.text === undefined ? null : foldName(wanted.text);
  return (person) => {
    const contacts =
      wanted.account === undefined
        ? person.contacts
        : person.contacts.filter(({ account }) => account === wanted.account);
    if (contacts.length === 0) return false;
    if (wanted.unlisted !== true && !contacts.some(isShown)) return false;
    if (wanted.online === true && !isOnline(person)) return false;
    if (wanted.unread === true && person.unread === 0) return false;
    return (
      text === null ||
      foldName(person.name).includes(text) ||
      contacts.some(({ address }) => foldName(address).includes(text))
    );
  };
}

function isShown({ listed, dormant, request }: PersonContact): boolean {
  return (listed || request !== null) && !dormant;
}

function isOnline({ presence: { availability } }: Person): boolean {
  return (
    availability === 'available' || availability === 'away' || availability === 'xa' || availability === 'dnd'
  );
}

/** What a row is sorted by, computed once per change of the row. */
interface SortKey {
  readonly presence: number;
  readonly activity: number;
  readonly name: string;
  readonly id: PersonId;
}

const comparisons: Readonly<Record<PeopleQuery['sort'][number], (a: SortKey, b: SortKey) => number>> = {
  presence: (a, b) => a.presence - b.presence,
  recency: (a, b) => b.activity - a.activity,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
};

const defaultSort: PeopleQuery['sort'] = ['presence', 'recency', 'name'];

function sortKey(person: Person): SortKey {
  return {
    presence: availabilityOrder[person.presence.availability],
    activity: person.lastActivity,
    name: foldName(person.name),
    id: person.id,
  };
}

/** The people of a query in its order, kept so change by change. Dispose it when nobody looks any more. */
export function peopleList(rows: LiveMap<PersonId, Person>, query: PeopleQuery): Ordered<PersonId, Person> {
  const by = [...(query.sort.length > 0 ? query.sort : defaultSort), 'name' as const].map(
    (key) => comparisons[key],
  );
  const inOrder = (a: SortKey, b: SortKey): number => {
    for (let i = 0; i < by.length; i += 1) {
      const difference = by[i]?.(a, b) ?? 0;
      if (difference !== 0) return difference;
    }
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };
  return order(rows, sortKey, inOrder, matchesPeople(query));
}
