import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ConversationId } from '../ports/identifiers.ts';
import type { FoundMessage, FoundPlace, MessageQuery, MessageSearch } from '../ports/message-search.ts';
import { matchExpression } from '../search/terms.ts';
import type { Addresses } from './addresses.ts';
import { integer } from './columns.ts';
import type { MessageIndex } from './message-index.ts';
import { messageColumns, messageRow } from './message-reader.ts';
import { renderMessage } from './render.ts';

/** Search in SQLite, conversation by conversation: each is one stretch of the index, read from its newest end. */
export class SqliteMessageSearch implements MessageSearch {
  readonly #index: MessageIndex;
  readonly #addresses: Addresses;
  readonly #places: StatementSync;
  readonly #find: StatementSync;

  constructor(database: DatabaseSync, index: MessageIndex, addresses: Addresses) {
    this.#index = index;
    this.#addresses = addresses;
    this.#places = database.prepare(`
      SELECT conversation, hidden_up_to FROM member
      WHERE account = ?1 AND standing = 'joined' AND (?2 IS NULL OR conversation = ?2)`);
    this.#find = database.prepare(`
      SELECT ${messageColumns}
      FROM message_text JOIN message
        ON message.conversation = ?1 AND message.seq = (message_text.rowid & 4294967295) AND gone = 0
      WHERE message_text MATCH ?2 AND message_text.rowid > ((?1 << 32) | ?3) AND message_text.rowid < ((?1 + 1) << 32)
        AND (?4 IS NULL OR sender = ?4) AND (?5 IS NULL OR time >= ?5) AND (?6 IS NULL OR time < ?6)
        AND (time, message.conversation, message.seq) < (?7, ?8, ?9)
      ORDER BY message_text.rowid DESC LIMIT ?10`);
  }

  async find(query: MessageQuery): Promise<readonly FoundMessage[]> {
    const expression = matchExpression(query.text);
    if (expression === null) return [];
    for (const { conversation } of this.#visible(query)) await this.#index.catchUp(conversation);
    // Read again, now that nothing is waited for: what somebody may see can have changed meanwhile.
    const found = this.#visible(query).flatMap((place) => this.#in(place, expression, query));
    return found.toSorted(byPlace).slice(0, query.limit);
  }

  #visible({ reader, conversation }: MessageQuery): { conversation: ConversationId; hiddenUpTo: number }[] {
    return this.#places.all(reader, conversation ?? null).map((row) => ({
      conversation: integer(row, 'conversation'),
      hiddenUpTo: integer(row, 'hidden_up_to'),
    }));
  }

  #in(
    { conversation, hiddenUpTo }: { readonly conversation: ConversationId; readonly hiddenUpTo: number },
    expression: string,
    { reader, from, since, until, limit, after }: MessageQuery,
  ): FoundMessage[] {
    const end = Number.MAX_SAFE_INTEGER;
    const rows = this.#find.all(
      conversation,
      expression,
      hiddenUpTo,
      from ?? null,
      since ?? null,
      until ?? null,
      after?.time ?? end,
      after?.conversation ?? end,
      after?.seq ?? end,
      limit,
    );
    return rows.map((row) => this.#found(messageRow(row, reader, this.#addresses)));
  }

  #found(row: ReturnType<typeof messageRow>): FoundMessage {
    const { time, conversation, seq } = row;
    return { time, conversation, seq, message: renderMessage(row) };
  }
}

function byPlace(a: FoundPlace, b: FoundPlace): number {
  return b.time - a.time || b.conversation - a.conversation || b.seq - a.seq;
}
