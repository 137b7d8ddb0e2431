import type { Account, PeopleQuery, Person } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../context.ts';
import { personItem, personText } from '../output/items/person.ts';
import { plainStyle } from '../output/style.ts';

/** Rows that are asked for at once. */
const pageSize = 500;

/** `natter contacts` and `natter person list`: one person a row. */
export async function contacts(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const wait = given.seconds('wait');
  const link = await context.link({ stored: wait === undefined });
  const of = given.text('account');
  const account = of === undefined ? undefined : (await chosen(link, of)).id;
  if (wait !== undefined) {
    const { accountsSettled } = await import('../link/accounts-settled.ts');
    await accountsSettled(link, wait, context.signal, account);
    await tellWhoIsMissing(context, link, account);
  }
  const filter = { ...(account !== undefined && { account }), ...(given.flag('online') && { online: true }) };
  let count = 0;
  for await (const person of people(link, filter, context.signal)) {
    output.item(personItem(person), () => personText(person, output.style));
    count += 1;
  }
  if (count === 0) output.note('Nobody here.');
}

/** A list that was waited for and is not whole says which accounts it lacks, and why. */
async function tellWhoIsMissing(
  { output }: CommandContext,
  link: ClientLink,
  only?: Account['id'],
): Promise<void> {
  const { accountItem, accountText } = await import('../output/items/account.ts');
  for (const account of await link.call('account.list', {}))
    if (account.enabled && account.state.phase !== 'online' && (only === undefined || account.id === only))
      output.request(accountItem(account), () => accountText(account, plainStyle));
}

/** Loaded only when it is wanted: this command is the one that must start fastest. */
async function chosen(link: ClientLink, text: string): Promise<Account> {
  const { findAccount } = await import('../link/choose-account.ts');
  return findAccount(link, text);
}

async function* people(
  link: ClientLink,
  filter: PeopleQuery['filter'],
  signal: AbortSignal,
): AsyncGenerator<Person, void, undefined> {
  const seen = new Set<string>();
  for (let offset = 0; ; offset += pageSize) {
    const query = { filter, sort: ['presence', 'recency', 'name'], offset, limit: pageSize } as const;
    const { rows, total } = await link.call('people.list', query, { signal });
    // Somebody who moved between two pages is not shown twice.
    for (const person of rows) {
      if (!seen.has(person.id)) yield person;
      seen.add(person.id);
    }
    if (rows.length === 0 || offset + rows.length >= total) return;
  }
}
