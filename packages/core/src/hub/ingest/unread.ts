import type { Conversation, ConversationId, Message } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import { countsAsUnread } from './arrivals.ts';

/** A message changed: it may no longer count as unread (retracted), or mention us only now (decrypted). */
export function changeCounts(transaction: Transaction, before: Message, after: Message): void {
  const conversation = transaction.conversations.get(after.conversation);
  if (!conversation || conversation.counts === 'server') return;
  const unread = Number(countsAsUnread(after, conversation)) - Number(countsAsUnread(before, conversation));
  const mentions = Number(mentionCounts(after, conversation)) - Number(mentionCounts(before, conversation));
  if (unread === 0 && mentions === 0) return;
  transaction.putConversation({
    ...conversation,
    unread: Math.max(0, conversation.unread + unread),
    mentions: Math.max(0, conversation.mentions + mentions),
  });
}

function mentionCounts(message: Message, conversation: Conversation): boolean {
  return message.mentioned && countsAsUnread(message, conversation);
}

/** Moves our read position to a message, never back, and counts anew what is behind it. */
export async function moveReadPosition(
  transaction: Transaction,
  id: ConversationId,
  upTo: Message,
): Promise<boolean> {
  const conversation = transaction.conversations.get(id);
  if (!conversation || (conversation.readOrder !== null && upTo.order <= conversation.readOrder))
    return false;
  const position = { readUpTo: upTo.id, readOrder: upTo.order };
  const counts =
    conversation.counts === 'server' ? {} : await countBehind(transaction, { ...conversation, ...position });
  transaction.putConversation({ ...conversation, ...counts, ...position });
  return true;
}

/** What the store counts, plus what this transaction is about to add to it. */
async function countBehind(
  transaction: Transaction,
  conversation: Conversation,
): Promise<{ unread: number; mentions: number }> {
  const stored = await transaction.store.countUnread(conversation.id, conversation.readOrder);
  const written = transaction.messages
    .written()
    .filter((message) => message.conversation === conversation.id);
  const known = await transaction.store.findMessages(written.map(({ id }) => ({ message: id })));
  let { unread, mentions } = stored;
  for (const [index, message] of written.entries()) {
    if (known[index] || !countsAsUnread(message, conversation)) continue;
    unread += 1;
    if (message.mentioned) mentions += 1;
  }
  return { unread, mentions };
}
