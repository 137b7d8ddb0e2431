import type { Conversation, MessageId, RemoteKey } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Ingest } from './scope.ts';

/** Rows that are looked through for the newest one that is left. */
const reach = 50;

/** The network has removed a message for everybody: nothing of it stays, in no list and no search. */
export async function vanish(
  { transaction, account }: Ingest,
  inKey: RemoteKey,
  key: RemoteKey,
): Promise<void> {
  const conversation = transaction.conversationByKey(account.id, inKey);
  const message = conversation && transaction.messages.stable(conversation.id, key);
  if (!conversation || !message) return;
  transaction.messages.remove(message);
  const now = transaction.conversations.get(conversation.id) ?? conversation;
  if (now.lastMessage !== message.id) return;
  transaction.putConversation({ ...now, lastMessage: await newestLeft(transaction, now) });
}

async function newestLeft(transaction: Transaction, { id }: Conversation): Promise<MessageId | null> {
  const { rows } = await transaction.store.timeline({ conversation: id, at: 'end', before: reach, after: 0 });
  const gone = new Set(transaction.messages.removed().map((message) => message.id));
  return rows.findLast((row) => !gone.has(row.id))?.id ?? null;
}
