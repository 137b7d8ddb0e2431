import type { AccountId, Destination } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';
import { accountsSettled } from '../../link/accounts-settled.ts';
import { findAccount, findAccountId, nameOf } from '../../link/choose-account.ts';
import { choiceError, resolveOne } from '../../link/resolve.ts';

/** Milliseconds until an account that is on its way should be online. */
const patience = 10_000;

/** Networks on which an address is a name alone, and any word may be one. */
const bareNames: ReadonlySet<string> = new Set(['irc']);

/** Somebody whom no contact list has, as an account can reach them. */
interface Stranger {
  readonly account: AccountId;
  readonly address: string;
}

/**
 * Where a message to a name goes. An address that is nobody here yet can be written to when only one account can be meant,
 * since then nothing has to be guessed.
 */
export async function findDestination(
  link: ClientLink,
  text: string,
  account: string | undefined,
  signal: AbortSignal,
): Promise<Destination> {
  try {
    const match = await resolveOne(link, text, { kinds: ['person', 'contact', 'conversation'], account });
    if (match.kind === 'contact') return { contact: match.contact };
    if (match.kind === 'conversation') return { conversation: match.conversation };
    const chosen = await findAccountId(link, account);
    return { person: match.person, ...(chosen !== undefined && { account: chosen }) };
  } catch (error) {
    const unknown =
      NatterError.isInstance(error) && error.data.code === 'not-found' && error.data.scope === 'contact';
    const stranger = unknown ? await strangerOf(link, text, account) : null;
    if (stranger === null) throw error;
    // Only the network knows what the address means.
    await accountsSettled(link, patience, signal, stranger.account);
    return { conversation: (await link.call('conversation.start', stranger)).id };
  }
}

/**
 * The address of somebody who is nobody here yet: on the account that is named, by option or before a slash, or on the only
 * one whose addresses look like it. Several are a NatterError of code `ambiguous`.
 */
async function strangerOf(
  link: ClientLink,
  text: string,
  account: string | undefined,
): Promise<Stranger | null> {
  if (account !== undefined) {
    const { id, network } = await findAccount(link, account);
    return text.includes('@') || bareNames.has(network) ? { account: id, address: text } : null;
  }
  return (await behindSlash(link, text)) ?? (text.includes('@') ? onOnlyAccount(link, text) : null);
}

/** Every slash may be the one between the two; the account is as long as it can be, since it may have one itself. */
async function behindSlash(link: ClientLink, text: string): Promise<Stranger | null> {
  for (let slash = text.lastIndexOf('/'); slash > 0; slash = text.lastIndexOf('/', slash - 1)) {
    const [found, address] = [await accountCalled(link, text.slice(0, slash)), text.slice(slash + 1)];
    if (found !== null && address !== '') return { account: found, address };
  }
  return null;
}

async function onOnlyAccount(link: ClientLink, text: string): Promise<Stranger | null> {
  const fitting = (await link.call('account.list', {})).filter(
    ({ network, address }) => !bareNames.has(network) && address.startsWith('@') === text.startsWith('@'),
  );
  const [only, second] = fitting;
  if (second !== undefined)
    throw choiceError(
      text,
      fitting.map((each) => `${nameOf(each)}/${text}`),
    );
  return only === undefined ? null : { account: only.id, address: text };
}

async function accountCalled(link: ClientLink, text: string): Promise<AccountId | null> {
  try {
    return (await findAccount(link, text)).id;
  } catch (error) {
    if (NatterError.isInstance(error) && error.data.code === 'not-found') return null;
    throw error;
  }
}
