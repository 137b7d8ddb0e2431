import type { AccountId } from '../../model/index.ts';
import { NatterError, errorData, toErrorData } from '../../model/index.ts';
import type { Environment } from '../environment.ts';
import { withPatience } from '../patience.ts';
import type { Transaction } from '../state/transaction.ts';
import { unlinkContact } from '../people/link.ts';
import type { Runners } from './runners.ts';

/** How long (milliseconds) the network is given to take the sign-out. */
const wipeTime = 5000;

/** Removes an account with all that is stored of it: signs out, forgets its secrets, and takes its contacts off their people. */
export async function removeAccount(
  environment: Environment,
  runners: Runners,
  account: AccountId,
  remote: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { profile, queue, secrets } = environment;
  if (!profile.accounts.has(account))
    throw new NatterError(errorData('not-found', 'no such account', { scope: 'account' }));
  // Signing out may need the connection, so it comes before the run ends.
  await signOut(environment, runners, account, {
    remote,
    signal: AbortSignal.any([signal, AbortSignal.timeout(wipeTime)]),
  });
  await queue.run((transaction) => forgetAccount(transaction, account));
  await runners.apply(account);
  await secrets.removeAll(account);
}

/** A network that does not take it, or a session that hangs, does not keep the account from going. */
async function signOut(
  { patience, log }: Environment,
  runners: Runners,
  account: AccountId,
  { remote, signal }: { readonly remote: boolean; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const session = runners.sessionOf(account);
    if (session) await withPatience(() => session.wipe(remote, signal), signal, patience);
  } catch (error) {
    log('warn', 'sign-out-failed', { reason: toErrorData(error).message });
  }
}

function forgetAccount(transaction: Transaction, account: AccountId): void {
  const { profile } = transaction;
  for (const contact of transaction.contacts.values()) {
    if (contact.account !== account) continue;
    const now = transaction.contacts.get(contact.id);
    if (now) unlinkContact(transaction, now);
    transaction.persons.delete(transaction.contacts.get(contact.id)?.person ?? contact.home);
    transaction.contacts.delete(contact.id);
    transaction.later(() => profile.directs.delete(contact.id));
  }
  for (const conversation of transaction.conversations.values()) {
    if (conversation.account !== account) continue;
    transaction.conversations.delete(conversation.id);
    transaction.later(() => {
      profile.tails.delete(conversation.id);
      profile.members.delete(conversation.id);
      profile.orphaned.delete(conversation.id);
    });
  }
  for (const operation of transaction.operations.values()) {
    if (operation.account !== account) continue;
    transaction.operations.delete(operation.id);
    transaction.later(() => profile.operationKeys.delete(operation.key));
  }
  transaction.accounts.delete(account);
  transaction.later(() => {
    profile.statuses.delete(account);
    for (const index of [
      profile.contactKeys,
      profile.conversationKeys,
      profile.gaps,
      profile.cursors,
      profile.states,
    ])
      index.deleteAll(account);
    profile.catchingUp.delete(account);
    profile.orphans.delete(account);
    profile.references.delete(account);
  });
}
