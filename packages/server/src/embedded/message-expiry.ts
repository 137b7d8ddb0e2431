import type { StatementSync } from 'node:sqlite';
import { memberOf } from '../groups/group.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import type { MessageExpiry } from '../ports/message-expiry.ts';
import { conversationWireId } from '../wire-ids.ts';
import { integer, integerOrNull, textOrNull } from './columns.ts';
import { tellPins } from './conversation-settings.ts';
import type { MessageEndParts } from './message-removal.ts';

/** Messages of one transaction: bounds the time for which the event loop is held. */
const mostAtOnce = 500;

/** Lets messages vanish from SQLite. */
export class SqliteMessageExpiry implements MessageExpiry {
  readonly #parts: MessageEndParts;
  readonly #due: StatementSync;
  readonly #next: StatementSync;

  constructor(parts: MessageEndParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#due = database.prepare(`
      SELECT conversation, seq, sender, body FROM message
      WHERE expires_at IS NOT NULL AND gone = 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?`);
    this.#next = database.prepare(
      'SELECT min(expires_at) AS next FROM message WHERE expires_at IS NOT NULL AND gone = 0',
    );
  }

  expire(now: number): Promise<{ readonly removed: number; readonly next: number | null }> {
    if (this.#due.get(now, 1) === undefined) return Promise.resolve({ removed: 0, next: this.#nextDue() });
    return this.#parts.journal.write(() => {
      const rows = this.#due.all(now, mostAtOnce);
      const gone = new Map<ConversationId, { readonly seqs: number[]; unpinnedOf: AccountId | null }>();
      for (const row of rows) {
        const conversation = integer(row, 'conversation');
        const of = gone.get(conversation) ?? { seqs: [], unpinnedOf: null };
        gone.set(conversation, of);
        const seq = integer(row, 'seq');
        of.seqs.push(seq);
        if (this.#parts.removal.remove(conversation, seq, textOrNull(row, 'body')))
          of.unpinnedOf = integer(row, 'sender');
      }
      for (const [conversation, { seqs, unpinnedOf }] of gone) {
        this.#tell(
          conversation,
          seqs.toSorted((a, b) => a - b),
        );
        if (unpinnedOf === null) continue;
        this.#parts.records.forget(conversation);
        tellPins(this.#parts, conversation, unpinnedOf);
      }
      return { removed: rows.length, next: this.#nextDue() };
    });
  }

  #tell(conversation: ConversationId, seqs: readonly number[]): void {
    const record = this.#parts.records.current(conversation);
    for (const member of record?.members ?? []) {
      const hiddenUpTo = record?.group ? (memberOf(record.group, member)?.hiddenUpTo ?? 0) : 0;
      const seen = seqs.filter((seq) => seq > hiddenUpTo);
      if (seen.length === 0) continue;
      this.#parts.updates.append(member, {
        kind: 'expired',
        conversation: conversationWireId(conversation),
        seqs: seen,
      });
    }
  }

  #nextDue(): number | null {
    return integerOrNull(this.#next.get() ?? { next: null }, 'next');
  }
}
