import type { MessageId } from '../model/index.ts';
import type { TimelineQuery, TimelineRows } from '../ports/index.ts';
import type { ConversationRows, Row } from './conversation-rows.ts';

/** Cuts the rows around an anchor out of a conversation, or out of one thread of it. */
export function timelineOf(rows: ConversationRows | undefined, query: TimelineQuery): TimelineRows {
  if (rows === undefined) return { rows: [], atStart: true, atEnd: true };
  const anchor = query.at === 'end' ? rows.ordered.length : rows.before(query.at);
  if (query.thread === undefined) return cut(rows.ordered, anchor, query);
  const { thread } = query;
  const inThread = rows.ordered.filter((row) => belongsTo(row, thread));
  const before = rows.ordered.slice(0, anchor).filter((row) => belongsTo(row, thread)).length;
  return cut(inThread, before, query);
}

function cut(list: readonly Row[], anchor: number, { before, after }: TimelineQuery): TimelineRows {
  const from = Math.max(0, anchor - before);
  const to = Math.min(list.length, anchor + after);
  return {
    rows: list.slice(from, to).map((row) => row.message),
    atStart: from === 0,
    atEnd: to === list.length,
  };
}

/** The message that began a thread is the thread's first row. */
function belongsTo({ message }: Row, thread: MessageId): boolean {
  return message.id === thread || message.thread?.message === thread;
}
