import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ReactionGroup } from '@natter/native-protocol';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import type { Range } from '../ports/message-log.ts';
import type { Addresses } from './addresses.ts';
import { integer, integerOrNull, text, textOrNull } from './columns.ts';
import type { Row } from './columns.ts';
import { renderMessage } from './render.ts';
import type { MessageRow } from './render.ts';

/** Columns of `message` that `messageRow` reads. */
export const messageColumns =
  'message.conversation, message.seq, sender, client_id, time, body, edited_at, retracted_at, expires_at';

/** A message as `reader` may see it: the client id is the sender's own affair. */
export function messageRow(row: Row, reader: AccountId, addresses: Addresses): MessageRow {
  const sender = integer(row, 'sender');
  return {
    conversation: integer(row, 'conversation'),
    seq: integer(row, 'seq'),
    from: addresses.of(sender),
    clientId: sender === reader ? text(row, 'client_id') : null,
    time: integer(row, 'time'),
    body: textOrNull(row, 'body'),
    editedAt: integerOrNull(row, 'edited_at'),
    retractedAt: integerOrNull(row, 'retracted_at'),
    expiresAt: integerOrNull(row, 'expires_at'),
  };
}

/** Reads pages of history. */
export class MessageReader {
  readonly #addresses: Addresses;
  readonly #after: StatementSync;
  readonly #before: StatementSync;
  readonly #reactions: StatementSync;

  constructor(database: DatabaseSync, addresses: Addresses) {
    this.#addresses = addresses;
    const select = `SELECT ${messageColumns} FROM message WHERE gone = 0 AND conversation = ? AND seq`;
    this.#after = database.prepare(`${select} > ? ORDER BY seq LIMIT ?`);
    this.#before = database.prepare(`${select} < ? AND seq > ? ORDER BY seq DESC LIMIT ?`);
    this.#reactions = database.prepare(
      'SELECT seq, key, account FROM reaction WHERE conversation = ? AND seq BETWEEN ? AND ? ORDER BY seq, key, account',
    );
  }

  /** Messages of a stretch, oldest first. */
  range(conversation: ConversationId, range: Range, reader: AccountId): { seq: number; message: string }[] {
    const { before = Number.MAX_SAFE_INTEGER, after, hiddenUpTo = 0, limit } = range;
    const rows =
      after === undefined
        ? this.#before.all(conversation, before, hiddenUpTo, limit).reverse()
        : this.#after.all(conversation, Math.max(after, hiddenUpTo), limit);
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return [];
    const reactions = this.#reactionsOf(conversation, integer(first, 'seq'), integer(last, 'seq'));
    return rows.map((row) => {
      const message = messageRow(row, reader, this.#addresses);
      return {
        seq: message.seq,
        message: renderMessage({ ...message, reactions: reactions.get(message.seq) ?? [] }),
      };
    });
  }

  #reactionsOf(conversation: ConversationId, first: number, last: number): Map<number, ReactionGroup[]> {
    const bySeq = new Map<number, { key: string; by: string[] }[]>();
    for (const row of this.#reactions.all(conversation, first, last)) {
      const seq = integer(row, 'seq');
      const groups = bySeq.get(seq) ?? [];
      if (!bySeq.has(seq)) bySeq.set(seq, groups);
      const key = text(row, 'key');
      const by = this.#addresses.of(integer(row, 'account'));
      const group = groups.at(-1);
      if (group?.key === key) group.by.push(by);
      else groups.push({ key, by: [by] });
    }
    return bySeq;
  }
}
