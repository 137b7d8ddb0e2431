import type { ContactId } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { resolveContact, resolveOne } from '../../link/resolve.ts';
import { personItem, personText } from '../../output/items/person.ts';

/** `natter person prefer WHO [CONTACT]...`: through the first that can carry it goes a message. */
export async function preferContacts(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const account = given.text('account');
  const match = await resolveOne(link, given.word(0), { kinds: ['person', 'contact'], account });
  const contacts: ContactId[] = [];
  for (const text of given.words(1)) contacts.push((await resolveContact(link, text, account)).contact);
  const person = await link.call('person.prefer', { person: match.person, contacts });
  output.item(personItem(person), () => personText(person, output.style));
}
