import type { Person, PersonContact } from '../model/index.ts';

/** The contacts of people, in their order. */
export function contactsOf(people: readonly Person[]): readonly PersonContact[] {
  return people.flatMap((person) => person.contacts);
}
