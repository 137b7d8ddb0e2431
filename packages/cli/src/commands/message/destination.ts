import type { AccountId, Destination } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';
import { accountsSettled } from '../../link/accounts-settled.ts';
import { findAccount } from '../../link/choose-account.ts';
import { resolveOne } from '../../link/resolve.ts';

/** Milliseconds until an account that is on its way should be online. */
const patience = 10_000;

/** Networks on which an address is a name alone, and any word may be one. */
const bareNames: ReadonlySet<string> = new Set(['irc']);

/**
 * Where a message to a name goes. An address that is nobody here yet can be written to when the account is named, since
 * then nothing has to be guessed.
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
    const chosen = account === undefined ? undefined : (await findAccount(link, account)).id;
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

/** The address of somebody who is nobody here yet: behind the account and a slash, or with an account that is named. */
async function strangerOf(
  link: ClientLink,
  text: string,
  account: string | undefined,
): Promise<{ account: AccountId; address: string } | null> {
  if (account !== undefined) {
    const { id, network } = await findAccount(link, account);
    return text.includes('@') || bareNames.has(network) ? { account: id, address: text } : null;
  }
  // Every slash may be the one between the two.
  for (let slash = text.indexOf('/'); slash > 0; slash = text.indexOf('/', slash + 1)) {
    const [found, address] = [await accountCalled(link, text.slice(0, slash)), text.slice(slash + 1)];
    if (found !== null && address !== '') return { account: found, address };
  }
  return null;
}

async function accountCalled(link: ClientLink, text: string): Promise<AccountId | null> {
  try {
    return (await findAccount(link, text)).id;
  } catch (error) {
    if (NatterError.isInstance(error) && error.data.code === 'not-found') return null;
    throw error;
  }
}
