import type { Message } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';

/**
 * Drops a row that turned out to be a double, and gives the kept one with all that only the double knew: what was said of
 * the message under its other name must not be lost with the row. The caller stores what it gets.
 */
export function dropDouble(transaction: Transaction, kept: Message, double: Message): Message {
  transaction.messages.remove(double);
  const { conversation, sender } = kept;
  for (const key of double.parts) transaction.keepMessageAlias(conversation, null, key, kept.id);
  const sameSender = double.sender.key === sender.key;
  if (double.claimed !== null && sameSender && kept.claimed !== null && kept.claimed !== double.claimed)
    transaction.keepMessageAlias(conversation, sender.key, double.claimed, kept.id);
  redirect(transaction, kept, double);
  return {
    ...kept,
    ...(double.edited && !kept.edited ? { content: double.content, edited: double.edited } : {}),
    ...(double.retracted && !kept.retracted
      ? { content: double.content, retracted: double.retracted, mentioned: false }
      : {}),
    claimed: kept.claimed ?? (sameSender ? double.claimed : null),
    parts: [...new Set([...kept.parts, ...double.parts])],
    reactions: kept.reactions.length > 0 ? kept.reactions : double.reactions,
    receipts: { ...double.receipts, ...kept.receipts },
    delivery: double.delivery === 'read' || double.delivery === 'delivered' ? double.delivery : kept.delivery,
  };
}

/** What pointed to the double points to the kept row. */
function redirect(transaction: Transaction, kept: Message, double: Message): void {
  const conversation = transaction.conversations.get(kept.conversation);
  if (!conversation) return;
  const { lastMessage, readUpTo } = conversation;
  if (lastMessage !== double.id && readUpTo !== double.id) return;
  transaction.putConversation({
    ...conversation,
    lastMessage: lastMessage === double.id ? kept.id : lastMessage,
    readUpTo: readUpTo === double.id ? kept.id : readUpTo,
  });
}
