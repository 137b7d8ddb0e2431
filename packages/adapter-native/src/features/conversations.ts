import { accountScope, type Event, type GapChange, type Opaque, type Page } from '@natter/core';
import type { Conversation } from '@natter/native-protocol';
import { messageEvents } from '../mapping/message.ts';
import { conversationEvents, markerEvents } from '../mapping/update.ts';
import { readerOf, type Context } from './context.ts';
import { gapBefore, readHistory } from './history.ts';

/** Conversations of one page of the snapshot, and the newest messages that are read of each. */
const conversationsAtOnce = 20;
const messagesEach = 50;

/** `snapshot:HEAD:CONVERSATION`: the head of the update log when the snapshot began, and how far it got. */
const cursorPattern = /^snapshot:(\d{1,16}):(.*)$/su;

/** Whether a cursor stands in the middle of a snapshot. */
export function isSnapshotCursor(cursor: Opaque): boolean {
  return cursorPattern.test(cursor);
}

/**
 * When the server's update log does not reach back to our cursor (it was cut, or a backup was restored): the conversations
 * as they are now, page by page, with their newest messages and a gap before these. The log goes on from where it stood
 * when this began, so nothing is missed meanwhile. What is known already is recognised by its place.
 */
export async function snapshotPage(
  context: Context,
  cursor: Opaque | null,
  signal: AbortSignal,
): Promise<Page> {
  const [, head, after = ''] = cursorPattern.exec(cursor ?? '') ?? [];
  const start = head ?? String(context.account.head);
  const { conversations, next } = await context.connection.request(
    'conversations',
    (id) => ({ type: 'conversations', id, limit: conversationsAtOnce, ...(after === '' ? {} : { after }) }),
    signal,
  );
  const told = await Promise.all(conversations.map((conversation) => tell(context, conversation, signal)));
  const reached = next === null ? start : `snapshot:${start}:${next}`;
  return {
    batch: {
      origin: 'archive',
      events: told.flatMap(({ events }) => events),
      gaps: told.flatMap(({ gaps }) => gaps),
      cursors: { [accountScope]: reached },
    },
    next: reached,
    reached: null,
  };
}

async function tell(
  context: Context,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<{ events: Event[]; gaps: GapChange[] }> {
  const reader = readerOf(context);
  const { conversation: id, positions } = conversation;
  // Nothing of a group is read before the invitation is accepted.
  if ('invitation' in conversation) return { events: conversationEvents(conversation, reader), gaps: [] };
  const { messages, reachedStart } = await readHistory(context, id, {}, messagesEach, signal);
  const [first] = messages;
  return {
    events: [
      ...conversationEvents(conversation, reader),
      ...messageEvents(messages, reader),
      ...positions.flatMap(({ address, delivered, read }) => [
        ...markerEvents(id, address, 'delivered', delivered, reader),
        ...markerEvents(id, address, 'read', read, reader),
      ]),
    ],
    gaps: first === undefined || reachedStart ? [] : [{ op: 'open', gap: gapBefore(id, first.seq) }],
  };
}
