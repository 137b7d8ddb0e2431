import { messageTime, type MessageId } from '../model/index.ts';
import type { SearchQuery } from '../ports/index.ts';
import { matchesTerms, searchableText, searchTerms, searchWords } from '../search/index.ts';
import type { Row } from './conversation-rows.ts';

/** Goes through all rows: a memory store is for tests and short lives. */
export function searchRows(rows: ReadonlyMap<MessageId, Row>, query: SearchQuery): Row[] {
  const terms = searchTerms(query.text);
  if (terms.length === 0) return [];
  const start = query.after === undefined ? undefined : rows.get(query.after);
  if (query.after !== undefined && start === undefined) return [];
  return [...rows.values()]
    .filter((row) => start === undefined || newestFirst(start, row) < 0)
    .filter((row) => passes(row, query) && matchesTerms(searchWords(searchableText(row.message)), terms))
    .sort(newestFirst)
    .slice(0, Math.max(0, query.limit));
}

function passes({ message }: Row, query: SearchQuery): boolean {
  const time = messageTime(message);
  const contact = message.sender.contact;
  return (
    (query.conversations === undefined || query.conversations.includes(message.conversation)) &&
    (query.senders === undefined || (contact !== null && query.senders.includes(contact))) &&
    (query.since === undefined || time >= query.since) &&
    (query.until === undefined || time < query.until)
  );
}

function newestFirst(a: Row, b: Row): number {
  return messageTime(b.message) - messageTime(a.message) || b.sequence - a.sequence;
}
