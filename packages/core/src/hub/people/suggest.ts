import type { LinkSuggestion } from '../../model/index.ts';
import { foldName } from '../client/people-list.ts';
import type { PersonRow } from '../client/person-row.ts';
import { distinctionKey } from '../state/profile.ts';
import type { Profile } from '../state/profile.ts';

/** More than this many people of one name are a common name, not one person. */
const groupLimit = 8;

/** Guesses which rows are the same person, by name and address. Only ever shown: equal names are not equal people. */
export function suggestLinks(profile: Profile, people: Iterable<PersonRow>): readonly LinkSuggestion[] {
  const groups = new Map<string, PersonRow[]>();
  for (const person of people) {
    for (const key of new Set(guessesOf(person))) {
      const group = groups.get(key);
      if (group) group.push(person);
      else groups.set(key, [person]);
    }
  }
  const suggestions = new Map<string, LinkSuggestion>();
  for (const [key, group] of groups) {
    if (group.length < 2 || group.length > groupLimit) continue;
    for (const [a, b] of pairs(group)) {
      if (sameAccount(a, b) || saidDistinct(profile, a, b)) continue;
      const suggestion = suggestionOf(key, a, b);
      const name = `${a.id} ${b.id}`;
      if ((suggestions.get(name)?.confidence ?? 0) < suggestion.confidence) suggestions.set(name, suggestion);
    }
  }
  return [...suggestions.values()].toSorted((a, b) => b.confidence - a.confidence);
}

function guessesOf(person: PersonRow): readonly string[] {
  const names = [person.name, ...person.contacts.flatMap(({ alias, name }) => [alias, name])].filter(
    (name) => name !== null && name !== '',
  );
  return [
    ...names.map((name) => `name ${foldName(name ?? '')}`),
    ...person.contacts.map(({ address }) => `address ${address.toLowerCase()}`),
    ...person.contacts.map(({ address }) => `local ${localPart(address)}`),
  ];
}

/** `alice` of `alice@example.org`, `@alice:example.org` and `alice`. */
function localPart(address: string): string {
  return foldName(address.replace(/^@/, '').split(/[@:]/)[0] ?? address);
}

function suggestionOf(key: string, a: PersonRow, b: PersonRow): LinkSuggestion {
  if (key.startsWith('address ')) return { a: a.id, b: b.id, reason: 'same-address', confidence: 0.8 };
  if (key.startsWith('name ')) return { a: a.id, b: b.id, reason: 'same-name', confidence: 0.6 };
  return { a: a.id, b: b.id, reason: 'similar-name', confidence: 0.4 };
}

function* pairs(group: readonly PersonRow[]): Generator<readonly [PersonRow, PersonRow]> {
  for (const [index, a] of group.entries()) {
    for (const b of group.slice(index + 1)) yield a.id < b.id ? [a, b] : [b, a];
  }
}

/** Two contacts of one account are rarely one person, and the network would know. */
function sameAccount(a: PersonRow, b: PersonRow): boolean {
  return a.contacts.some(({ account }) => b.contacts.some((other) => other.account === account));
}

function saidDistinct({ distinctions }: Profile, a: PersonRow, b: PersonRow): boolean {
  return a.contacts.some(({ id }) =>
    b.contacts.some((other) => distinctions.has(distinctionKey({ a: id, b: other.id }))),
  );
}
