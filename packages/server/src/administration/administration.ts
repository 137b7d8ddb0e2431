import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { userPattern } from '@natter/native-protocol';
import { Passwords, defaultPasswordCost } from '../accounts/passwords.ts';
import type { PasswordCost } from '../accounts/passwords.ts';
import { accountColumns, invitationHash, toAccount } from '../embedded/account-rows.ts';
import { integer, text } from '../embedded/columns.ts';
import { openDatabase } from '../embedded/database.ts';
import { settleServerName } from '../embedded/settings.ts';
import type { Standing } from '../ports/accounts.ts';
import { AdministrationError } from './administration-error.ts';

/** What the administrator sees of an account. */
export interface AccountInfo {
  readonly address: string;
  readonly name: string;
  readonly createdAt: number;
  readonly devices: number;
  readonly standing: Standing;
}

/**
 * The administrator's operations on a data directory. They work on the database itself, so they can be used whether
 * or not a server runs on it; a running one sees them within a second.
 */
export interface Administration {
  /** Part of the addresses after the `@`. */
  readonly serverName: string;
  /** Makes an account, whatever the registration mode. @throws AdministrationError `name-invalid`, `name-taken`, `password-weak` */
  addUser(user: string, password: string, name?: string): Promise<AccountInfo>;
  /** All accounts by name. */
  listUsers(): Promise<readonly AccountInfo[]>;
  /** Refuses sign-ins and cuts live connections. `until`: milliseconds since 1970. @throws AdministrationError `not-found` */
  suspend(user: string, reason: string, until?: number): Promise<void>;
  /** Ends a suspension. @throws AdministrationError `not-found` */
  resume(user: string): Promise<void>;
  /** Sets the password and signs all devices out. @throws AdministrationError `not-found`, `password-weak` */
  setPassword(user: string, password: string): Promise<void>;
  /** Makes an invitation for one account. `lifetime` in milliseconds; default a week. */
  invite(lifetime?: number): Promise<{ readonly code: string; readonly expiresAt: number }>;
  /** Lets go of the data directory. */
  close(): void;
}

/** How to open a data directory for administration. */
export interface AdministrationOptions {
  readonly dataDirectory: string;
  /** Name of the server, when the directory is new. */
  readonly name?: string;
  readonly passwordCost?: PasswordCost;
  /** Milliseconds since 1970. For tests. */
  readonly clock?: () => number;
}

const week = 7 * 24 * 3600 * 1000;

/** Opens a data directory, or makes a new one. @throws StartError */
export function openAdministration(options: AdministrationOptions): Administration {
  const database = openDatabase(options.dataDirectory);
  try {
    return new SqliteAdministration(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteAdministration implements Administration {
  readonly serverName: string;
  readonly #database: DatabaseSync;
  readonly #passwords: Passwords;
  readonly #clock: () => number;

  constructor(database: DatabaseSync, options: AdministrationOptions) {
    this.#database = database;
    this.#passwords = new Passwords(options.passwordCost ?? defaultPasswordCost);
    this.#clock = options.clock ?? Date.now;
    this.serverName = settleServerName(database, options.name);
  }

  async addUser(user: string, password: string, name = user): Promise<AccountInfo> {
    if (!userPattern.test(user))
      throw new AdministrationError(
        'name-invalid',
        `'${user}' cannot be a user name: use a-z, 0-9, dot, dash and underscore`,
      );
    const hash = await this.#hash(password);
    const insert = this.#database.prepare(
      'INSERT INTO account (user, name, password_hash, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (user) DO NOTHING',
    );
    if (insert.run(user, name, hash, this.#clock()).changes === 0)
      throw new AdministrationError('name-taken', `an account '${user}' exists already`);
    const [info] = this.#list('WHERE user = ?', user);
    if (info === undefined) throw new AdministrationError('not-found', `the account '${user}' is gone again`);
    return info;
  }

  listUsers(): Promise<readonly AccountInfo[]> {
    return Promise.resolve(this.#list(''));
  }

  suspend(user: string, reason: string, until?: number): Promise<void> {
    return this.#update(user, 'suspended_reason = ?, suspended_until = ?', reason, until ?? null);
  }

  resume(user: string): Promise<void> {
    return this.#update(user, 'suspended_reason = NULL, suspended_until = NULL');
  }

  async setPassword(user: string, password: string): Promise<void> {
    const hash = await this.#hash(password);
    await this.#update(user, 'password_hash = ?', hash);
    this.#database
      .prepare('DELETE FROM device WHERE account = (SELECT id FROM account WHERE user = ?)')
      .run(user);
  }

  invite(lifetime = week): Promise<{ readonly code: string; readonly expiresAt: number }> {
    const code = randomBytes(15).toString('base64url');
    const now = this.#clock();
    this.#database
      .prepare('INSERT INTO invitation (hash, created_at, expires_at) VALUES (?, ?, ?)')
      .run(invitationHash(code), now, now + lifetime);
    return Promise.resolve({ code, expiresAt: now + lifetime });
  }

  close(): void {
    this.#database.close();
  }

  async #hash(password: string): Promise<string> {
    if (password === '') throw new AdministrationError('password-weak', 'the password is empty');
    return this.#passwords.hashGiven(password);
  }

  #list(where: string, ...values: string[]): AccountInfo[] {
    const rows = this.#database
      .prepare(
        `SELECT ${accountColumns}, created_at, (SELECT count(*) FROM device WHERE account = account.id) AS devices FROM account ${where} ORDER BY user`,
      )
      .all(...values);
    return rows.map((row) => ({
      address: `${text(row, 'user')}@${this.serverName}`,
      name: text(row, 'name'),
      createdAt: integer(row, 'created_at'),
      devices: integer(row, 'devices'),
      standing: toAccount(row, this.#clock()).standing,
    }));
  }

  #update(user: string, assignment: string, ...values: (string | number | null)[]): Promise<void> {
    const { changes } = this.#database
      .prepare(`UPDATE account SET ${assignment} WHERE user = ?`)
      .run(...values, user);
    if (changes === 0)
      return Promise.reject(new AdministrationError('not-found', `there is no account '${user}'`));
    return Promise.resolve();
  }
}
