import type { Conversation, ConversationId, Message, OrderKey } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import { countsAsUnread } from './arrivals.ts';
import { isPendingOrder, loadTail, tailOf } from './placement.ts';

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
  const order = await placeOf(transaction, upTo);
  if (!conversation || order === null || (conversation.readOrder !== null && order <= conversation.readOrder))
    return false;
  const position = { readUpTo: upTo.id, readOrder: order };
  const counts =
    conversation.counts === 'server' ? {} : await countBehind(transaction, { ...conversation, ...position });
  transaction.putConversation({ ...conversation, ...counts, ...position });
  return true;
}

/**
 * Where a message stands among what was said. A row of ours that still waits stands behind whatever comes: as a read
 * position it means all that there is now.
 */
async function placeOf(transaction: Transaction, message: Message): Promise<OrderKey | null> {
  if (!isPendingOrder(message.order)) return message.order;
  await loadTail(transaction, message.conversation);
  return tailOf(transaction, message.conversation).last;
}

/** Makes the counts right where rows have moved, or came that are no news. Called once a batch. */
export function settleCounts(transaction: Transaction): Promise<void> | void {
  const { oldNews, messages } = transaction;
  if (oldNews.size + messages.moved.size > 0) return countAnew(transaction);
}

async function countAnew(transaction: Transaction): Promise<void> {
  const { oldNews, messages, conversations } = transaction;
  for (const id of new Set([...messages.moved, ...oldNews.keys()])) {
    const conversation = conversations.get(id);
    if (!conversation || conversation.counts === 'server') continue;
    const placed = { ...conversation, readOrder: await readPlace(transaction, conversation) };
    const told = await readAsOldNews(transaction, placed, oldNews.get(id));
    transaction.putConversation(told ?? { ...placed, ...(await countBehind(transaction, placed)) });
  }
  messages.moved.clear();
  oldNews.clear();
}

/** The read position moves with the message that it names. */
async function readPlace(
  transaction: Transaction,
  { readUpTo, readOrder }: Conversation,
): Promise<OrderKey | null> {
  if (readUpTo === null) return readOrder;
  await transaction.messages.prefetch([{ message: readUpTo }]);
  const read = transaction.messages.get(readUpTo);
  return read && !isPendingOrder(read.order) ? read.order : readOrder;
}

/** What is no news counts as read, unless something before it is unread and holds the position back. */
async function readAsOldNews(
  transaction: Transaction,
  conversation: Conversation,
  newest: Message | undefined,
): Promise<Conversation | null> {
  // As it is by now: a later event of the batch may have moved or dropped it.
  const old = newest === undefined ? null : transaction.messages.get(newest.id);
  if (old === null || (conversation.readOrder !== null && old.order <= conversation.readOrder)) return null;
  const read = { ...conversation, readUpTo: old.id, readOrder: old.order };
  const counts = await countBehind(transaction, read);
  return counts.unread < conversation.unread ? null : { ...read, ...counts };
}

/** What the store counts, plus what this transaction is about to change of it. */
async function countBehind(
  transaction: Transaction,
  conversation: Conversation,
): Promise<{ unread: number; mentions: number }> {
  const stored = await transaction.store.countUnread(conversation.id, conversation.readOrder);
  const isHere = (message: Message): boolean => message.conversation === conversation.id;
  const changed = transaction.messages.changed().filter(isHere);
  const written = [...changed, ...transaction.messages.added().filter(isHere)];
  const perhapsStored = [...changed, ...transaction.messages.removed().filter(isHere)];
  const known = await transaction.store.findMessages(perhapsStored.map(({ id }) => ({ message: id })));
  let { unread, mentions } = stored;
  const add = (message: Message, by: 1 | -1): void => {
    if (!countsAsUnread(message, conversation)) return;
    unread += by;
    if (message.mentioned) mentions += by;
  };
  for (const message of written) add(message, 1);
  for (const message of known) if (message?.conversation === conversation.id) add(message, -1);
  return { unread, mentions };
}
