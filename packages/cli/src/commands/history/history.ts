import type { ConversationId, MessageId, MessageView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { messageTime } from '@natter/core/model';
import type { CommandContext } from '../../context.ts';
import { resolveConversations } from '../../link/resolve.ts';
import { messageItem, messageText } from '../../output/items/message.ts';

/** Messages when nobody says how many. */
const usualLimit = 50;

/** Messages that are asked for at once. */
const pageSize = 200;

/** `natter history WHO`: oldest first. A person's conversations on several networks are shown as one. */
export async function history(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const limit = given.flag('all') ? Infinity : (given.count('limit') ?? usualLimit);
  const before = given.text('before') as MessageId | undefined;
  const link = await context.link();
  const conversations = await resolveConversations(link, given.word(0), given.text('account'));
  const bound = before === undefined ? null : await link.call('message.get', { message: before });
  const lists = await Promise.all(
    conversations.map((conversation) => older(link, conversation, bound, limit, context.signal)),
  );
  const merged = mergeByTime(lists);
  for (const message of limit === Infinity ? merged : merged.slice(-limit))
    output.item(messageItem(message), () => messageText(message, output.style));
  if (merged.length === 0) output.note('No messages.');
}

/** The last `limit` messages of a conversation before a bound: a message of it, or the time of one of another. */
async function older(
  link: ClientLink,
  conversation: ConversationId,
  bound: MessageView | null,
  limit: number,
  signal: AbortSignal,
): Promise<readonly MessageView[]> {
  let before = bound?.conversation === conversation ? bound.id : undefined;
  const latest = bound === null || before !== undefined ? Infinity : messageTime(bound);
  const pages: (readonly MessageView[])[] = [];
  for (let count = 0; count < limit;) {
    const size = Math.min(pageSize, limit - count);
    const { rows, atStart } = await link.call(
      'history.page',
      { conversation, limit: size, remote: true, ...(before !== undefined && { before }) },
      { signal },
    );
    const fitting = rows.filter((message) => messageTime(message) <= latest);
    pages.unshift(fitting);
    count += fitting.length;
    before = rows[0]?.id;
    if (atStart || before === undefined) break;
  }
  return pages.flat();
}

/** One list out of several by time; within each the order stays as the network has it, whatever its clocks say. */
function mergeByTime(lists: readonly (readonly MessageView[])[]): readonly MessageView[] {
  if (lists.length === 1) return lists[0] ?? [];
  const heads = lists.map((list) => ({ list, next: 0 }));
  const merged: MessageView[] = [];
  for (;;) {
    let first: { head: (typeof heads)[number]; message: MessageView } | undefined;
    for (const head of heads) {
      const message = head.list[head.next];
      if (message && (!first || messageTime(message) < messageTime(first.message))) first = { head, message };
    }
    if (!first) return merged;
    merged.push(first.message);
    first.head.next += 1;
  }
}
