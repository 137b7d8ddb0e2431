import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ConversationId } from '../ports/identifiers.ts';
import type { Addresses } from './addresses.ts';
import type { ConversationRecords } from './conversation-records.ts';
import type { FileReferences } from './file-references.ts';
import type { Journal } from './journal.ts';
import type { MessageIndex } from './message-index.ts';
import { messageStatements } from './message-statements.ts';
import type { UpdateLog } from './update-log.ts';

/** What the removal of a message touches. */
export interface MessageRemovalParts {
  readonly database: DatabaseSync;
  readonly files: FileReferences;
  readonly search: MessageIndex;
}

/** What the end of messages stands on, be it by their expiry or by the server's retention. */
export interface MessageEndParts {
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly updates: UpdateLog;
  readonly addresses: Addresses;
  readonly records: ConversationRecords;
  readonly removal: MessageRemoval;
  readonly clock: () => number;
}

/**
 * Takes everything of a message away but its place: the row stays, empty, so that sequences are dense and a resend is known.
 * Used inside a transaction.
 */
export class MessageRemoval {
  readonly #parts: MessageRemovalParts;
  readonly #sql: ReturnType<typeof messageStatements>;
  readonly #empty: StatementSync;

  constructor(parts: MessageRemovalParts) {
    this.#parts = parts;
    this.#sql = messageStatements(parts.database);
    this.#empty = parts.database.prepare(
      'UPDATE message SET body = NULL, gone = 1, digest = coalesce(digest, ?) WHERE conversation = ? AND seq = ?',
    );
  }

  /** Returns whether it was pinned. */
  remove(conversation: ConversationId, seq: number, body: string | null): boolean {
    this.#empty.run(body === null ? null : hash('sha256', body, 'buffer'), conversation, seq);
    this.#sql.clearReactions.run(conversation, seq);
    this.#sql.forgetTexts.run(conversation, seq);
    this.#parts.files.set(conversation, seq, [], true);
    this.#parts.search.changed({ conversation, seq }, null);
    return this.#sql.unpin.run(conversation, seq).changes > 0;
  }
}
