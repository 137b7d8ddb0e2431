import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId } from '../ports/identifiers.ts';
import { integer } from './columns.ts';
import { GatheredWrites } from './gathered-writes.ts';
import type { Journal } from './journal.ts';

/** When people were last there. A crash may forget the last ones of a moment. */
export class LastSeen {
  readonly #writes: GatheredWrites<AccountId, number>;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync, journal: Journal) {
    const upsert = database.prepare(
      'INSERT INTO last_seen (account, time) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET time = ?2',
    );
    this.#writes = new GatheredWrites(journal, (account, time) => upsert.run(account, time));
    this.#select = database.prepare('SELECT time FROM last_seen WHERE account = ?');
  }

  note(account: AccountId, time: number): void {
    this.#writes.note(account, time);
  }

  of(account: AccountId): number | undefined {
    const waiting = this.#writes.waiting(account);
    if (waiting !== undefined) return waiting;
    const row = this.#select.get(account);
    return row === undefined ? undefined : integer(row, 'time');
  }

  /** Writes what waits. Resolves after the commit, and also when it fails. */
  write(): Promise<void> {
    return this.#writes.flush();
  }
}
