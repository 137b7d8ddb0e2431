import type { Account, AccountId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';

/** The account that a text means: its id, its address, `network/address`, or its network when it is the only one there. */
export async function findAccount(link: ClientLink, text: string): Promise<Account> {
  const accounts = await link.call('account.list', {});
  const exact = accounts.filter(
    ({ id, address, network }) => id === text || address === text || `${network}/${address}` === text,
  );
  const found = exact.length > 0 ? exact : accounts.filter(({ network }) => network === text);
  if (found.length > 1) throw ambiguous(`'${text}' fits several accounts`, found);
  const [only] = found;
  if (only) return only;
  const there = accounts.length === 0 ? 'there are none' : `there are ${accounts.map(nameOf).join(', ')}`;
  throw new NatterError(
    errorData('not-found', `there is no account '${text}'; ${there}`, {
      scope: 'account',
      userAction: 'choose',
    }),
  );
}

/** The id of the account of `--account`; `undefined` when none was named, which means all of them. */
export async function findAccountId(
  link: ClientLink,
  text: string | undefined,
): Promise<AccountId | undefined> {
  return text === undefined ? undefined : (await findAccount(link, text)).id;
}

/** The account of `--account`, or the only one that there is. */
export async function chooseAccount(link: ClientLink, text: string | undefined): Promise<Account> {
  if (text !== undefined) return findAccount(link, text);
  const accounts = await link.call('account.list', {});
  const [first, second] = accounts;
  if (first && !second) return first;
  if (first) throw ambiguous('several accounts could do this: choose one with --account', accounts);
  throw new NatterError(
    errorData('not-found', 'there is no account yet: add one with natter account add', {
      userAction: 'choose',
    }),
  );
}

/** `network/address`, which is unique. */
export function nameOf(account: Pick<Account, 'network' | 'address'>): string {
  return `${account.network}/${account.address}`;
}

function ambiguous(text: string, accounts: readonly Account[]): NatterError {
  const choices = accounts.map(nameOf);
  return new NatterError(
    errorData('ambiguous', `${text}: ${choices.join(', ')}`, {
      scope: 'account',
      userAction: 'choose',
      condition: { choices },
    }),
  );
}
