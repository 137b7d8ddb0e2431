import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MessageBody } from '@natter/native-protocol';
import type { ConversationId } from '../ports/identifiers.ts';
import { indexedText } from '../search/terms.ts';
import { integer, textOrNull } from './columns.ts';
import type { Journal } from './journal.ts';

/** Messages that are indexed in one transaction: bounds the time for which the event loop is held. */
const mostAtOnce = 200;

/** The rowid of a message in the index, which is ordered by it: a conversation is one stretch. */
const rowid = '((?1 << 32) | ?2)';

/**
 * The words of messages. They are taken in when somebody searches a conversation, up to its newest message, so that sending
 * costs nothing for it; what is in the index already is kept right by those who change it.
 */
export class MessageIndex {
  readonly #journal: Journal;
  readonly #indexed: StatementSync;
  readonly #setIndexed: StatementSync;
  readonly #last: StatementSync;
  readonly #unread: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, journal: Journal) {
    this.#journal = journal;
    this.#indexed = database.prepare(
      'SELECT coalesce(max(indexed_up_to), 0) AS seq FROM message_text_state WHERE conversation = ?',
    );
    this.#setIndexed = database.prepare(
      'INSERT INTO message_text_state (conversation, indexed_up_to) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET indexed_up_to = ?2',
    );
    this.#last = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM message WHERE conversation = ?');
    this.#unread = database.prepare(
      'SELECT seq, body FROM message WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?',
    );
    this.#insert = database.prepare(`INSERT INTO message_text (rowid, text) VALUES (${rowid}, ?3)`);
    this.#delete = database.prepare(`DELETE FROM message_text WHERE rowid = ${rowid}`);
  }

  /** A message has another body now, or none. Called inside the transaction that changes it. */
  changed(
    { conversation, seq }: { readonly conversation: ConversationId; readonly seq: number },
    body: MessageBody | null,
  ): void {
    if (seq > this.#indexedUpTo(conversation)) return;
    this.#delete.run(conversation, seq);
    if (body !== null) this.#insert.run(conversation, seq, indexedText(body));
  }

  /** Takes in what has been said since the last time, a stretch a transaction. */
  async catchUp(conversation: ConversationId): Promise<void> {
    const last = integer(this.#last.get(conversation) ?? {}, 'seq');
    while (this.#indexedUpTo(conversation) < last)
      await this.#journal.write(() => this.#takeIn(conversation));
  }

  #takeIn(conversation: ConversationId): void {
    const rows = this.#unread.all(conversation, this.#indexedUpTo(conversation), mostAtOnce);
    for (const row of rows) {
      const body = textOrNull(row, 'body');
      if (body !== null)
        this.#insert.run(conversation, integer(row, 'seq'), indexedText(JSON.parse(body) as MessageBody));
    }
    const newest = rows.at(-1);
    if (newest !== undefined) this.#setIndexed.run(conversation, integer(newest, 'seq'));
  }

  #indexedUpTo(conversation: ConversationId): number {
    return integer(this.#indexed.get(conversation) ?? {}, 'seq');
  }
}
