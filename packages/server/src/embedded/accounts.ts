import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Account, Accounts, NewAccount } from '../ports/accounts.ts';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { accountColumns, endAccount, requireInvitation, toAccount, useInvitation } from './account-rows.ts';
import { integer, text } from './columns.ts';
import type { Journal } from './journal.ts';
import type { UpdateLog } from './update-log.ts';

/** How soon a change by the administrator's command is seen. Milliseconds. */
const foreignChangeInterval = 500;

/** Accounts in SQLite. */
export class SqliteAccounts implements Accounts {
  readonly #database: DatabaseSync;
  readonly #journal: Journal;
  readonly #updates: UpdateLog;
  readonly #clock: () => number;
  readonly #byUser: StatementSync;
  readonly #byId: StatementSync;
  readonly #hash: StatementSync;

  constructor(database: DatabaseSync, journal: Journal, updates: UpdateLog, clock: () => number) {
    this.#database = database;
    this.#journal = journal;
    this.#updates = updates;
    this.#clock = clock;
    this.#byUser = database.prepare(
      `SELECT ${accountColumns} FROM account WHERE user = ? AND deleted_at IS NULL`,
    );
    this.#byId = database.prepare(
      `SELECT ${accountColumns} FROM account WHERE id = ? AND deleted_at IS NULL`,
    );
    this.#hash = database.prepare('SELECT password_hash FROM account WHERE id = ? AND deleted_at IS NULL');
  }

  create(account: NewAccount): Promise<Account> {
    const insert = this.#database.prepare(
      'INSERT INTO account (user, name, password_hash, created_at) VALUES (?, ?, ?, ?)',
    );
    const taken = this.#database.prepare('SELECT 1 FROM account WHERE user = ?');
    return this.#journal.write(() => {
      const now = this.#clock();
      // The invitation first: who has none learns nothing of names.
      if (account.invite !== undefined) requireInvitation(this.#database, account.invite, now);
      if (taken.get(account.user) !== undefined)
        throw new Refusal('name-taken', 'An account of this name exists.');
      if (account.invite !== undefined) useInvitation(this.#database, account.invite, account.user);
      const { lastInsertRowid } = insert.run(account.user, account.name, account.passwordHash, now);
      return {
        id: Number(lastInsertRowid),
        user: account.user,
        name: account.name,
        standing: { state: 'active' },
      };
    });
  }

  byUser(user: string): Promise<Account | null> {
    const row = this.#byUser.get(user);
    return Promise.resolve(row === undefined ? null : toAccount(row, this.#clock()));
  }

  byId(id: AccountId): Promise<Account | null> {
    const row = this.#byId.get(id);
    return Promise.resolve(row === undefined ? null : toAccount(row, this.#clock()));
  }

  passwordHash(id: AccountId): Promise<string | null> {
    const row = this.#hash.get(id);
    return Promise.resolve(row === undefined ? null : text(row, 'password_hash'));
  }

  changePassword(id: AccountId, passwordHash: string, keep: DeviceId): Promise<void> {
    const update = this.#database.prepare('UPDATE account SET password_hash = ? WHERE id = ?');
    const removeOthers = this.#database.prepare('DELETE FROM device WHERE account = ? AND id <> ?');
    return this.#journal.write(() => {
      update.run(passwordHash, id);
      removeOthers.run(id, keep);
      this.#updates.append(id, { kind: 'account', change: 'password-changed', time: this.#clock() });
    });
  }

  remove(id: AccountId): Promise<void> {
    return this.#journal.write(() => endAccount(this.#database, id, this.#clock()));
  }

  removals(): Promise<readonly AccountId[]> {
    const rows = this.#database.prepare(`SELECT id FROM account WHERE removal = 'pending'`).all();
    return Promise.resolve(rows.map((row) => integer(row, 'id')));
  }

  removed(id: AccountId): Promise<void> {
    const update = this.#database.prepare('UPDATE account SET removal = NULL WHERE id = ?');
    return this.#journal.write(() => void update.run(id));
  }

  onForeignChange(handler: () => void): () => void {
    // Changes when another connection has committed, and never by our own commits.
    const version = this.#database.prepare('PRAGMA data_version');
    const read = (): number => integer(version.get() ?? {}, 'data_version');
    let seen = read();
    const timer = setInterval(() => {
      const now = read();
      if (now === seen) return;
      seen = now;
      handler();
    }, foreignChangeInterval);
    timer.unref();
    return () => clearInterval(timer);
  }
}
