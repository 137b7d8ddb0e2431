import type { Destination } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';
import { findAccount } from '../../link/choose-account.ts';
import { resolveOne } from '../../link/resolve.ts';

/**
 * Where a message to a name goes. An address that is nobody here yet can be written to when the account is named, since
 * then nothing has to be guessed.
 */
export async function findDestination(
  link: ClientLink,
  text: string,
  account: string | undefined,
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
    if (!unknown || account === undefined || !text.includes('@')) throw error;
    const { id } = await findAccount(link, account);
    return { conversation: (await link.call('conversation.start', { account: id, address: text })).id };
  }
}
