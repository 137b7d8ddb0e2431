import type { Account } from '../ports/accounts.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import type { Audience } from '../ports/message-log.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Services } from '../services.ts';
import { parseConversationId } from '../wire-ids.ts';

/** The user of an address as people type it, `alice` or `Alice@server`; `null` when it is of another server. */
export function userOf(address: string, serverName: string): string | null {
  const at = address.lastIndexOf('@');
  if (at === -1) return address.toLowerCase();
  return address.slice(at + 1).toLowerCase() === serverName ? address.slice(0, at).toLowerCase() : null;
}

/** @throws Refusal `not-found` */
export async function accountAt(services: Services, address: string): Promise<Account> {
  const user = userOf(address, services.storage.name);
  const account = user === null ? null : await services.storage.directory.accounts.byUser(user);
  if (account === null) throw new Refusal('not-found', 'There is no such account on this server.');
  return account;
}

/** A conversation that the account is in. @throws Refusal `not-found`, for one that it is not in as well. */
export async function conversationOf(
  services: Services,
  account: AccountId,
  wireId: string,
): Promise<ConversationRecord> {
  const id = parseConversationId(wireId);
  const conversation = id === null ? null : await services.storage.directory.conversations.get(id);
  if (conversation === null || !conversation.members.includes(account)) {
    throw new Refusal('not-found', 'There is no such conversation.');
  }
  return conversation;
}

/**
 * That a block does not stand in the way of saying something. In a group it does not: who shares one hears everybody in it.
 * @throws Refusal `blocked`
 */
export async function requireOpen(
  services: Services,
  conversation: ConversationRecord,
  account: AccountId,
): Promise<void> {
  if (conversation.group === null) await requireNoBlock(services, account, peerOf(conversation, account));
}

/** Whose update logs a change of a conversation is written to. */
export function audienceOf({ group, members }: ConversationRecord): Audience {
  return group === null ? members : 'joined';
}

/** The other one of a direct conversation; the account itself in notes to oneself. */
export function peerOf(conversation: ConversationRecord, account: AccountId): AccountId {
  return conversation.members.find((member) => member !== account) ?? account;
}

/** @throws Refusal `blocked` */
export async function requireNoBlock(
  services: Services,
  account: AccountId,
  other: AccountId,
): Promise<void> {
  const block = await services.storage.directory.rosters.blockBetween(account, other);
  if (block === 'own') throw new Refusal('blocked', 'You have blocked this person; unblock first.');
  if (block === 'ended') throw new Refusal('not-found', 'This account has been deleted.');
  if (block === 'theirs') throw new Refusal('blocked', 'This person does not take messages from you.');
}
