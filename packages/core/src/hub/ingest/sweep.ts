import type { SweepEvent } from '../../contract/index.ts';
import type { ConversationId, RemoteKey } from '../../model/index.ts';
import { removeContact } from './contact.ts';
import { removeConversation } from './conversation.ts';
import type { Ingest } from './scope.ts';
import { sweepName } from './sweep-marks.ts';

/**
 * A list told anew: what is upserted between begin and end stays, the rest goes. A sweep that is never ended (the link
 * broke) removes nothing. `end` with another generation than the last begin is an answer to something old: ignored.
 */
export async function sweep(ingest: Ingest, event: SweepEvent): Promise<void> {
  const { transaction, account } = ingest;
  const conversation = 'in' in event ? transaction.conversationByKey(account.id, event.in) : undefined;
  if ('in' in event && !conversation) return;
  const name = sweepName(ingest, event.of, conversation?.id ?? null);
  const { sweeps } = transaction.profile;
  if (!event.end) {
    sweeps.set(name, { generation: event.generation, seen: new Set() });
    return;
  }
  const told = sweeps.get(name);
  if (!told || told.generation !== event.generation) return;
  transaction.later(() => sweeps.delete(name));
  if (conversation) await sweepMembers(ingest, conversation.id, told.seen);
  else if (event.of === 'contact') sweepContacts(ingest, told.seen);
  else sweepConversations(ingest, told.seen);
}

function sweepContacts(ingest: Ingest, seen: ReadonlySet<RemoteKey>): void {
  for (const contact of ingest.transaction.contacts.values()) {
    if (contact.account === ingest.account.id && contact.listed && !seen.has(contact.key))
      removeContact(ingest, contact.key);
  }
}

function sweepConversations(ingest: Ingest, seen: ReadonlySet<RemoteKey>): void {
  for (const conversation of ingest.transaction.conversations.values()) {
    const { account, key } = conversation;
    if (account === ingest.account.id && key !== null && !seen.has(key)) removeConversation(ingest, key);
  }
}

async function sweepMembers(
  { transaction }: Ingest,
  conversation: ConversationId,
  seen: ReadonlySet<RemoteKey>,
): Promise<void> {
  const members = await transaction.membersOf(conversation);
  for (const key of members.keys()) if (!seen.has(key)) await transaction.removeMember(conversation, key);
}
