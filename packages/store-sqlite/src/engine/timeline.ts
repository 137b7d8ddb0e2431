import type { TimelineQuery, TimelineRows } from '@natter/core';
import type { Names } from './names.ts';
import { atMost, messageOf, type Row } from './reader.ts';
import type { Statements } from './statements.ts';

const select = 'SELECT body, provisional FROM message';
const inConversation = { scope: 'conversation = :conversation', order: 'order_key' };
/**
 * The message that began a thread is the thread's first row. The signs keep SQLite from walking through the whole
 * conversation for a thread of three: a term with a sign uses no index.
 */
const inThread = {
  scope: `+conversation = :conversation AND seat IN (SELECT seat FROM message WHERE thread = :thread UNION ALL SELECT seat FROM message WHERE id = :thread)`,
  order: '+order_key',
};

/** Reads the rows around an anchor, and one more at each side to know whether they touch the ends. */
export function readTimeline(statements: Statements, names: Names, query: TimelineQuery): TimelineRows {
  const within = query.thread === undefined ? inConversation : inThread;
  const scope = {
    conversation: names.find(query.conversation),
    ...(query.thread === undefined ? {} : { thread: query.thread }),
    // An empty blob stands behind every text (https://www.sqlite.org/datatype3.html#sort_order).
    anchor: query.at === 'end' ? new Uint8Array(0) : query.at,
  };
  const older = statements
    .get(
      `${select} WHERE ${within.scope} AND ${within.order} < :anchor ORDER BY order_key DESC, seat DESC LIMIT :limit`,
    )
    .all({ ...scope, limit: atMost(query.before) + 1 });
  const newer = statements
    .get(
      `${select} WHERE ${within.scope} AND ${within.order} >= :anchor ORDER BY order_key, seat LIMIT :limit`,
    )
    .all({ ...scope, limit: atMost(query.after) + 1 });
  const rows: Row[] = [
    ...older.slice(0, atMost(query.before)).reverse(),
    ...newer.slice(0, atMost(query.after)),
  ];
  return {
    rows: rows.map(messageOf),
    atStart: older.length <= query.before,
    atEnd: newer.length <= query.after,
  };
}
