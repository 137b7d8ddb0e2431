import { randomUUID } from 'node:crypto';
import type { ContactView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { supports } from '@natter/core/model';
import type { AccountId, Delivery, Person, PersonContact } from '@natter/core/model';
import { everybody, personLine } from './contact-list.ts';
import { once, until } from './follow.ts';
import type { Friend } from './friend.ts';
import { JULIET } from './networks/network.ts';
import type { DemoNetwork } from './networks/network.ts';
import { plainText } from './plain-text.ts';

/** Prints one line of the transcript. */
export type Say = (line: string) => void;

/** Everything natter is for, once: contacts on each network, one row for one person, a message there and back, presence. */
export async function mainJob(
  link: ClientLink,
  accounts: ReadonlyMap<AccountId, DemoNetwork>,
  friend: Friend,
  say: Say,
): Promise<void> {
  await Promise.all([...accounts].map(([account, network]) => befriend(link, account, network)));
  say('\nThe contact lists of all accounts, merged:');
  for (const person of await everybody(link)) say(`  ${personLine(person)}`);

  const juliet = await unite(link, say);
  // She may have been on a network that is not here today.
  const contacts = [...accounts.keys()].flatMap((id) =>
    juliet.contacts.filter(({ account }) => account === id),
  );
  say('\nA message on each network, and the answer:');
  for (const contact of contacts) await exchange(link, juliet, contact, say);
  say('\nPresence, live:');
  await watchPresence(link, contacts, friend, say);
}

/** Adds Juliet on one network, unless she is there already, and waits until her presence shows. */
async function befriend(link: ClientLink, account: AccountId, network: DemoNetwork): Promise<void> {
  const address = network.contactOf(JULIET);
  const juliet = async (): Promise<ContactView | undefined> =>
    (await link.call('contact.list', { account })).find((contact) => contact.address === address);
  if ((await juliet())?.subscription.to !== 'granted') {
    await link.call('roster.change', { key: randomUUID(), account, change: { action: 'add', address } });
  }
  await until(
    link,
    `${address} to appear`,
    async () => (await juliet())?.presence.availability === 'available',
  );
}

/** Makes one person of Juliet's contacts. Linked once, they stay one. */
async function unite(link: ClientLink, say: Say): Promise<Person> {
  const rows = (await everybody(link)).filter((person) =>
    person.contacts.some(({ address }) => address.includes(JULIET)),
  );
  const [first] = rows;
  if (first === undefined) throw new Error('Juliet is in no contact list');
  if (rows.length === 1) {
    if (first.contacts.length > 1) say('\nJuliet was linked before: one person, one row.');
    return first;
  }
  const person = await link.call('person.link', { persons: rows.map(({ id }) => id) });
  say('\nLinked, she is one person, whatever she uses:');
  say(`  ${personLine(person)}`);
  return person;
}

/** Writes on one network of the person, and waits for the answer. */
async function exchange(link: ClientLink, person: Person, contact: PersonContact, say: Say): Promise<void> {
  const { account } = contact;
  const text = `Good evening over ${contact.network}`;
  const replied = once(link, `an answer over ${contact.network}`, (item) =>
    item.type === 'message' &&
    item.what === 'new' &&
    item.message.direction === 'in' &&
    item.message.account === account
      ? item.message
      : undefined,
  );
  const { message } = await link.call('message.send', {
    key: randomUUID(),
    to: { person: person.id, account },
    draft: { content: { kind: 'text', text } },
  });
  const reply = await replied;
  const best = await bestDelivery(link, account);
  const delivery = async (): Promise<Delivery | null> =>
    (await link.call('message.get', { message })).delivery;
  await until(link, `"${text}" to be ${best}`, async () => (await delivery()) === best);
  say(`  > ${text}  [${best}]`);
  say(`  < ${plainText(reply.content.text)}`);
  await link.call('message.read', { key: randomUUID(), conversation: reply.conversation });
}

/** How far a network tells that a message got before it is read. */
async function bestDelivery(link: ClientLink, account: AccountId): Promise<Delivery> {
  const found = (await link.call('account.list', {})).find(({ id }) => id === account);
  return found !== undefined && supports(found.capabilities, 'receipts-delivered') ? 'delivered' : 'sent';
}

/** Juliet goes and comes back, and all who have her in their lists see it. */
async function watchPresence(
  link: ClientLink,
  contacts: readonly PersonContact[],
  friend: Friend,
  say: Say,
): Promise<void> {
  for (const presence of [
    { availability: 'away', text: 'on the balcony' },
    { availability: 'available', text: null },
  ] as const) {
    const seen = contacts.map((contact) =>
      once(link, `${contact.address} being ${presence.availability}`, (item) =>
        item.type === 'presence' &&
        item.contact === contact.id &&
        item.presence.availability === presence.availability
          ? item
          : undefined,
      ),
    );
    await friend.appear(presence);
    for (const { network, address, presence: shown } of await Promise.all(seen)) {
      const text = shown.text === null ? '' : `: ${plainText(shown.text)}`;
      say(`  ${plainText(address)} (${network}) is ${shown.availability}${text}`);
    }
  }
}
