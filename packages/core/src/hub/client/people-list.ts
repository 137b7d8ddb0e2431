import type { PeopleQuery } from '../../client/index.ts';
import type { Contact, PersonId } from '../../model/index.ts';
import { availabilityOrder } from '../../model/index.ts';
import { order } from '../../streams/index.ts';
import type { LiveMap, Ordered } from '../../streams/index.ts';
import type { PersonRow } from './person-row.ts';

const ascii = /^[\x20-\x7e]*$/;

/** Text as names are compared: without case and accents. */
export function foldName(text: string): string {
  // Most names need no more, and a list folds every name that changes.
  if (ascii.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether a row belongs to a list. */
export function matchesPeople({ filter: wanted }: PeopleQuery): (person: PersonRow) => boolean {
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

function isShown({ listed, dormant, request }: Contact): boolean {
  return (listed || request !== null) && !dormant;
}

function isOnline({ presence: { availability } }: PersonRow): boolean {
  return (
    availability === 'available' || availability === 'away' || availability === 'xa' || availability === 'dnd'
  );
}

type Criterion = PeopleQuery['sort'][number];

/** What a row is sorted by, computed once per change of the row. */
interface SortKey {
  /** What is asked for before the name, as one number: a long list is compared a million times. */
  readonly rank: number;
  readonly name: string;
  /** What is asked for behind the name. */
  readonly rest: number;
  readonly id: PersonId;
}

const defaultSort: readonly Criterion[] = ['presence', 'recency', 'name'];

/** Times fit in so many; three more bits for the presence stay below what a number holds exactly. */
const times = 2 ** 44;

/** Criteria as one number, the first one in its highest digits. */
function rankOf(person: PersonRow, criteria: readonly Criterion[]): number {
  let rank = 0;
  for (const criterion of criteria) {
    if (criterion === 'presence') rank = rank * 8 + availabilityOrder[person.presence.availability];
    else rank = (rank + 1) * times - 1 - Math.min(times - 1, Math.max(0, Math.floor(person.lastActivity)));
  }
  return rank;
}

function compareKeys(a: SortKey, b: SortKey): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.rest !== b.rest) return a.rest - b.rest;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** What a query sorts by, each criterion once: two queries of the same people in the same order are one list. */
export function criteriaOf({ sort }: PeopleQuery): readonly Criterion[] {
  return [...new Set([...(sort.length > 0 ? sort : defaultSort), 'name' as const])];
}

/** The people of a query in its order, kept so change by change. Dispose it when nobody looks any more. */
export function peopleList(
  rows: LiveMap<PersonId, PersonRow>,
  query: PeopleQuery,
): Ordered<PersonId, PersonRow> {
  const criteria = criteriaOf(query);
  const name = criteria.indexOf('name');
  const before = criteria.slice(0, name);
  const behind = criteria.slice(name + 1);
  const sortKey = (person: PersonRow): SortKey => ({
    rank: rankOf(person, before),
    name: foldName(person.name),
    rest: rankOf(person, behind),
    id: person.id,
  });
  return order(rows, sortKey, compareKeys, matchesPeople(query));
}
