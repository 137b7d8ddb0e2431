import type { PersonId } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { resolveContact, resolveOne } from '../../link/resolve.ts';
import { personItem, personText } from '../../output/items/person.ts';

/** `natter person link WHO WHO...`: the later ones move to the first. */
export async function linkPersons(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const account = given.text('account');
  const persons: PersonId[] = [];
  for (const who of given.words(0)) {
    const { person } = await resolveOne(link, who, { kinds: ['person', 'contact'], account });
    if (!persons.includes(person)) persons.push(person);
  }
  const [first, ...others] = persons;
  if (first === undefined) return;
  const person =
    others.length === 0
      ? await link.call('person.get', { person: first })
      : await link.call('person.link', { persons });
  output.item(personItem(person), () => personText(person, output.style));
}

/** `natter person unlink CONTACT [--not-same]`. */
export async function unlinkContact(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const { contact, person } = await resolveContact(link, given.word(0), given.text('account'));
  if (given.flag('not-same')) {
    const { contacts } = await link.call('person.get', { person });
    for (const other of contacts)
      if (other.id !== contact) await link.call('person.distinguish', { a: contact, b: other.id });
  }
  const alone = await link.call('person.unlink', { contact });
  output.item(personItem(alone), () => personText(alone, output.style));
}
