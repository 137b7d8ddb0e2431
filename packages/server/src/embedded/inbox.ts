import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { Inbox, InboxEntry, InboxPage } from '../ports/inbox.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Addresses } from './addresses.ts';
import { integer, textOrNull } from './columns.ts';
import { messageColumns, messageRow } from './message-reader.ts';
import { renderMessageUpdate } from './render.ts';
import { withPosition } from './update-log.ts';
import type { UpdateLog } from './update-log.ts';

/** The reading side of the update logs in SQLite. */
export class SqliteInbox implements Inbox {
  readonly #acknowledgements: Acknowledgements;
  readonly #updates: UpdateLog;
  readonly #addresses: Addresses;
  readonly #select: StatementSync;

  constructor(
    database: DatabaseSync,
    acknowledgements: Acknowledgements,
    updates: UpdateLog,
    addresses: Addresses,
  ) {
    this.#acknowledgements = acknowledgements;
    this.#updates = updates;
    this.#addresses = addresses;
    this.#select = database.prepare(`
      SELECT position, CASE WHEN gone = 1 THEN '{"kind":"gone"}' ELSE data END AS data, ${messageColumns}
      FROM update_log LEFT JOIN message
        ON message.conversation = update_log.conversation AND message.seq = update_log.seq
      WHERE account = ? AND position > ? ORDER BY position LIMIT ?`);
  }

  head(account: AccountId): Promise<number> {
    return Promise.resolve(this.#updates.head(account));
  }

  since(account: AccountId, after: number, limit: number, bytes: number): Promise<InboxPage> {
    const entries: InboxEntry[] = [];
    let left = bytes;
    for (const row of this.#select.iterate(account, after, limit)) {
      const position = integer(row, 'position');
      // Only what is consecutive: behind a hole begins what is asked for after it.
      if (entries.length > 0 && position !== (entries.at(-1)?.position ?? 0) + 1) break;
      const text = textOrNull(row, 'data') ?? renderMessageUpdate(messageRow(row, account, this.#addresses));
      left -= text.length;
      if (left < 0 && entries.length > 0) break;
      entries.push({ position, update: withPosition(position, text) });
    }
    return Promise.resolve({ entries, head: this.#updates.head(account) });
  }

  acknowledge(account: AccountId, device: DeviceId, position: number): Promise<void> {
    this.#acknowledgements.note(account, device, Math.min(position, this.#updates.head(account)));
    return Promise.resolve();
  }
}
