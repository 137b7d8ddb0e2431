import type { AccountId, ContactId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError } from '@natter/core/error';
import { resolveContact } from '../../link/resolve.ts';

/** Whom a person wants in a room: a contact of the room's account, or anybody whose address that network knows. */
export async function findInvited(link: ClientLink, text: string, account: AccountId): Promise<ContactId> {
  try {
    return (await resolveContact(link, text, account)).contact;
  } catch (error) {
    if (!NatterError.isInstance(error) || error.data.code !== 'not-found') throw error;
    const { contact } = await link.call('conversation.start', { account, address: text });
    if (contact === null) throw error;
    return contact;
  }
}
