import type { Conversation, Message } from '../../model/index.ts';
import { canBeUnread, messageTime } from '../../model/index.ts';
import type { Scope } from './scope.ts';
import type { Transaction } from '../state/transaction.ts';

/** What the new messages of one event do to their conversation's row, written once and not once a message. */
export interface Arrivals {
  readonly conversation: Conversation;
  unread: number;
  mentions: number;
  newest: Message | null;
  /** The newest of those that are no news and yet stand behind the read position. */
  oldNews: Message | null;
  lastActivity: number;
}

/** Begins counting. */
export function arrivals(conversation: Conversation): Arrivals {
  return {
    conversation,
    unread: 0,
    mentions: 0,
    newest: null,
    oldNews: null,
    lastActivity: conversation.lastActivity,
  };
}

/** Counts a new message. */
export function noteArrival(
  arrived: Arrivals,
  message: Message,
  { news, now }: Pick<Scope, 'news' | 'now'>,
): void {
  if (arrived.newest === null || message.order > arrived.newest.order) arrived.newest = message;
  if (message.content.kind !== 'system')
    // A sender whose clock is ahead must not stay on top of the list.
    arrived.lastActivity = Math.max(arrived.lastActivity, Math.min(messageTime(message), now));
  if (!countsAsUnread(message, arrived.conversation)) return;
  if (!news) {
    if (arrived.oldNews === null || message.order > arrived.oldNews.order) arrived.oldNews = message;
    return;
  }
  arrived.unread += 1;
  if (message.mentioned) arrived.mentions += 1;
}

/** Whether a message is unread at a read position: somebody else's, said and not merely happened, and behind it. */
export function countsAsUnread(message: Message, { readOrder }: Pick<Conversation, 'readOrder'>): boolean {
  return canBeUnread(message) && (readOrder === null || message.order > readOrder);
}

function noteOldNews({ oldNews }: Transaction, message: Message): void {
  const known = oldNews.get(message.conversation);
  if (known === undefined || message.order > known.order) oldNews.set(message.conversation, message);
}

/** Writes the conversation's row. */
export function storeArrivals(transaction: Transaction, arrived: Arrivals): void {
  if (arrived.newest === null) return;
  if (arrived.oldNews !== null) noteOldNews(transaction, arrived.oldNews);
  const now = transaction.conversations.get(arrived.conversation.id) ?? arrived.conversation;
  const last = transaction.messages.tail(now.id)?.last ?? null;
  const isLast = last === null || arrived.newest.order >= last;
  const computed = now.counts === 'computed';
  transaction.putConversation({
    ...now,
    unread: computed ? now.unread + arrived.unread : now.unread,
    mentions: computed ? now.mentions + arrived.mentions : now.mentions,
    lastMessage: isLast ? arrived.newest.id : now.lastMessage,
    lastActivity: arrived.lastActivity,
  });
}
