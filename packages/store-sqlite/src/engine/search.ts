import type { ContactId, ConversationId, Message, SearchQuery, SearchTerm } from '@natter/core';
import { searchTerms } from '@natter/core/search';
import type { Names } from './names.ts';
import { atMost, messageOf } from './reader.ts';
import { firstSeat } from './seats.ts';
import type { Statements } from './statements.ts';

const expandedWords = 200;

/** Newest first is seat descending, which FTS5 walks by itself: nothing is ranked or sorted. */
const hits = `
SELECT m.body, m.provisional FROM search CROSS JOIN message m ON m.seat = search.rowid
WHERE search MATCH :match AND search.rowid < :below AND search.rowid >= :from AND m.time >= :since AND m.time < :until
ORDER BY search.rowid DESC LIMIT :limit`;

/** How far behind its time a message may sit where very many claim the same millisecond; its exact time is compared too. */
const spill = 2 ** 20;

/** Full-text search, newest first. */
export function searchMessages(statements: Statements, names: Names, query: SearchQuery): Message[] {
  const match = matchExpression(statements, names, query);
  const below = query.after === undefined ? Number.MAX_SAFE_INTEGER : seatOf(statements, query.after);
  if (match === null || below === null) return [];
  const end = query.until === undefined ? Number.MAX_SAFE_INTEGER : firstSeat(query.until) + spill;
  const rows = statements.get(hits).all({
    match,
    below: Math.min(below, end),
    from: query.since === undefined ? 0 : firstSeat(query.since),
    since: query.since ?? Number.NEGATIVE_INFINITY,
    until: query.until ?? Number.POSITIVE_INFINITY,
    limit: atMost(query.limit),
  });
  return rows.map(messageOf);
}

/**
 * The FTS5 query (https://www.sqlite.org/fts5.html#full_text_query_syntax); `null` when nothing can match. Words hold
 * letters, digits and marks only, so that nothing a user types can be read as syntax.
 */
function matchExpression(statements: Statements, names: Names, query: SearchQuery): string | null {
  const terms = searchTerms(query.text);
  if (terms.length === 0) return null;
  const parts = [`{text} : (${terms.map((term) => phrase(statements, term)).join(' AND ')})`];
  for (const [prefix, ids] of [
    ['c', query.conversations],
    ['s', query.senders],
  ] as const) {
    if (ids === undefined) continue;
    const words = scopeWords(names, prefix, ids);
    if (words.length === 0) return null;
    parts.push(`{scope} : (${words.join(' OR ')})`);
  }
  return parts.join(' AND ');
}

/**
 * A beginning becomes the words that begin so, which FTS5 walks newest first without gathering their hits; beginnings of
 * two and three characters have an index of their own. Very many words are left to FTS5.
 */
function phrase(statements: Statements, { words, prefix }: SearchTerm): string {
  const text = words.join(' ');
  const last = words.at(-1) ?? '';
  const length = Array.from(last).length;
  if (!prefix) return `"${text}"`;
  if (length === 2 || length === 3) return `"${text}" *`;
  const found = statements
    .get('SELECT word FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?')
    .all(last, `${last}\u{10ffff}`, expandedWords + 1);
  if (found.length === 0) return `"${text}"`;
  if (found.length > expandedWords) return `"${text}" *`;
  const before = text.slice(0, text.length - last.length);
  return `(${found.map((row) => `"${before}${String(row['word'])}"`).join(' OR ')})`;
}

function scopeWords(names: Names, prefix: string, ids: readonly (ConversationId | ContactId)[]): string[] {
  return ids
    .map((id) => names.find(id))
    .filter((ref) => ref !== null)
    .map((ref) => `"${prefix}${ref}"`);
}

function seatOf(statements: Statements, message: string): number | null {
  const seat = statements.get('SELECT seat FROM message WHERE id = ?').get(message)?.['seat'];
  return seat === undefined ? null : Number(seat);
}
