import type { AccountId, Message, MessageAlias, MessageId } from '@natter/core';
import { canBeUnread, messageTime } from '@natter/core/model';
import { columnText, decodeMessage, encodeMessage } from './codec.ts';
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

  put(message: Message): void {
    const time = timeOf(message);
    const seat = this.#seats.take(time);
    const insert = this.#statements.get(
      `INSERT INTO message (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    if (insert.run(seat, ...this.#row(message, time)).changes === 0) this.#replace(message, time, seat);
    else {
      const entry = entryOf(message, this.#names);
      if (entry !== null) this.#index.add(seat, entry);
    }
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

  /** A message keeps its seat while its time stays; the index is left alone when nothing of it has changed. */
  #replace(message: Message, time: number, freeSeat: number): void {
    const stored = this.#statements.get('SELECT seat, time, body FROM message WHERE id = ?').get(message.id);
    const before = decodeMessage(String(stored?.['body']), false);
    const oldSeat = Number(stored?.['seat']);
    const seat = Number(stored?.['time']) === time ? oldSeat : freeSeat;
    this.#statements
      .get(`UPDATE message SET (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`)
      .run(seat, ...this.#row(message, time), message.id);
    const [old, entry] = [entryOf(before, this.#names), entryOf(message, this.#names)];
    if (seat !== oldSeat) this.#index.replace(oldSeat, null);
    if (seat !== oldSeat || old?.text !== entry?.text || old?.scope !== entry?.scope)
      this.#index.replace(seat, entry);
  }

  #row(message: Message, time: number): (string | number | null)[] {
    const { stable, claimed } = message;
    return [
      message.id,
      this.#names.take(message.account),
      this.#names.take(message.conversation),
      message.order,
      stable === null ? null : columnText(stable),
      claimed === null ? null : columnText(message.sender.key),
      claimed === null ? null : columnText(claimed),
      message.thread?.message ?? null,
      message.operation,
      Number(canBeUnread(message)),
      Number(message.mentioned),
      Number(message.provisional),
      time,
      encodeMessage(message),
    ];
  }
}

function timeOf(message: Message): number {
  const time = messageTime(message);
  return Number.isFinite(time) ? time : 0;
}
