import type { Contact, Conversation, RemoteKey } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Scope } from './scope.ts';

/*
 * An IRC nick and an occupant of a room are names that somebody else may have tomorrow. What an archive tells by a former
 * name is still of who had it then; what is said by it now is somebody else's, and must not pass for the one who left it (I5).
 */

/** Whether this contact left the key by which it was found, and whoever is called so now is another. */
export function isTakenFromContact(
  { purpose }: Pick<Scope, 'purpose'>,
  contact: Contact,
  key: RemoteKey,
): boolean {
  return purpose === 'live' && contact.key !== key && contact.stability === 'session';
}

/** The same of a conversation with one other: a private message in a room, or one with a contact that has no lasting name. */
export function isTakenFromConversation(
  { purpose, transaction }: Pick<Scope, 'purpose'> & { readonly transaction: Transaction },
  { key, kind, contact, parent }: Conversation,
  foundBy: RemoteKey,
): boolean {
  if (purpose !== 'live' || key === foundBy || kind !== 'direct') return false;
  if (contact === null) return parent !== null;
  return transaction.contacts.get(contact)?.stability === 'session';
}
