import type { AccountId, MessageAlias, MessageId } from '@natter/core';
import { searchableText } from '@natter/core/search';
import { columnText, decodeMessage } from './codec.ts';
import type { MessageRow } from './message-row.ts';
import type { Names } from './names.ts';
import { entryOf, type SearchIndex } from './search-index.ts';
import type { Seats } from './seats.ts';
import type { Statements } from './statements.ts';

const columns =
  'seat, id, account, conversation, order_key, stable, sender, claimed, thread, operation, can_be_unread, mentioned, provisional, time, body';

/** Writes messages and their further names. */
export class MessageWriter {
  readonly #statements: Statements;
  readonly #names: Names;
  readonly #seats: Seats;
  readonly #index: SearchIndex;

  constructor(statements: Statements, names: Names, seats: Seats, index: SearchIndex) {
    this.#statements = statements;
    this.#names = names;
    this.#seats = seats;
    this.#index = index;
  }

  /** New rows in the order of their times, in which their seats are free; others as they come: one may come twice. */
  put(rows: readonly MessageRow[], areNew: boolean): void {
    for (const row of areNew ? rows.toSorted((a, b) => a.time - b.time) : rows) this.#put(row);
  }

  remove(id: MessageId): void {
    const seat = this.#statements.get('DELETE FROM message WHERE id = ? RETURNING seat').get(id)?.['seat'];
    if (seat === undefined) return;
    this.#statements.get('DELETE FROM message_alias WHERE message = ?').run(id);
    this.#index.replace(Number(seat), null);
  }

  putAlias(alias: MessageAlias): void {
    const bySender = alias.sender !== null;
    this.#statements
      .get(
        'INSERT OR REPLACE INTO message_alias (conversation, by_sender, sender, key, message) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        this.#names.take(alias.conversation),
        Number(bySender),
        columnText(alias.sender ?? ''),
        columnText(alias.key),
        alias.message,
      );
  }

  settle(account: AccountId): void {
    const ref = this.#names.find(account);
    if (ref !== null)
      this.#statements
        .get('UPDATE message SET provisional = 0 WHERE account = ? AND provisional = 1')
        .run(ref);
  }

  /** Reads through all messages: removing an account is rare, an index for it would cost with every message. */
  removeAccount(account: AccountId): void {
    const ref = this.#names.find(account);
    if (ref === null) return;
    this.#index.write();
    this.#statements
      .get('DELETE FROM search WHERE rowid IN (SELECT seat FROM message WHERE account = ?)')
      .run(ref);
    this.#statements.get('DELETE FROM message WHERE account = ?').run(ref);
  }

  #put(row: MessageRow): void {
    const seat = this.#seats.take(row.time);
    const insert = this.#statements.get(
      `INSERT INTO message (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    if (insert.run(seat, ...this.#values(row)).changes === 0) return this.#replace(row, seat);
    const entry = entryOf(row, this.#names);
    if (entry !== null) this.#index.add(seat, entry);
  }

  /** A message keeps its seat while its time stays; the index is left alone when nothing of it has changed. */
  #replace(row: MessageRow, freeSeat: number): void {
    const stored = this.#statements.get('SELECT seat, time, body FROM message WHERE id = ?').get(row.id);
    const before = decodeMessage(String(stored?.['body']), false);
    const oldSeat = Number(stored?.['seat']);
    const seat = Number(stored?.['time']) === row.time ? oldSeat : freeSeat;
    this.#statements
      .get(`UPDATE message SET (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`)
      .run(seat, ...this.#values(row), row.id);
    const { conversation, sender } = before;
    const old = entryOf({ conversation, contact: sender.contact, text: searchableText(before) }, this.#names);
    const entry = entryOf(row, this.#names);
    if (seat !== oldSeat) this.#index.replace(oldSeat, null);
    if (seat !== oldSeat || old?.text !== entry?.text || old?.scope !== entry?.scope)
      this.#index.replace(seat, entry);
  }

  /** In the order of the columns behind the seat. */
  #values(row: MessageRow): (string | number | null)[] {
    return [
      row.id,
      this.#names.take(row.account),
      this.#names.take(row.conversation),
      row.order,
      row.stable,
      row.sender,
      row.claimed,
      row.thread,
      row.operation,
      row.canBeUnread,
      row.mentioned,
      row.provisional,
      row.time,
      row.body,
    ];
  }
}
