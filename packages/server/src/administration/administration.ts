import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { userPattern } from '@natter/native-protocol';
import { Passwords, defaultPasswordCost } from '../accounts/passwords.ts';
import type { PasswordCost } from '../accounts/passwords.ts';
import { accountColumns, endAccount, invitationHash, toAccount } from '../embedded/account-rows.ts';
import { bytesOrNull, integer, text, textOrNull } from '../embedded/columns.ts';
import type { Row } from '../embedded/columns.ts';
import { openDatabase } from '../embedded/database.ts';
import { settleServerName } from '../embedded/settings.ts';
import type { Standing } from '../ports/accounts.ts';
import { deviceWireId, parseDeviceId } from '../wire-ids.ts';
import { AdministrationError } from './administration-error.ts';

/** What the administrator sees of an account. */
export interface AccountInfo {
  readonly address: string;
  readonly name: string;
  readonly createdAt: number;
  readonly devices: number;
  readonly standing: Standing;
}

/** A device as the administrator sees it. */
export interface DeviceInfo {
  /** As the protocol names it. */
  readonly device: string;
  readonly name: string;
  readonly createdAt: number;
  readonly seenAt: number;
}

/** An invitation; its code is known to nobody but who got it. */
export interface InvitationInfo {
  /** Names the invitation, and is good for nothing else. */
  readonly id: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Who registered with it. */
  readonly usedBy?: string;
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
  /** Whether an account may be made under this name, before anybody thinks of a password. @throws AdministrationError `name-invalid`, `name-taken` */
  checkFree(user: string): Promise<void>;
  /** All accounts by name. */
  listUsers(): Promise<readonly AccountInfo[]>;
  /** Refuses sign-ins and cuts live connections. `until`: milliseconds since 1970. @throws AdministrationError `not-found` */
  suspend(user: string, reason: string, until?: number): Promise<void>;
  /** Ends a suspension. @throws AdministrationError `not-found` */
  resume(user: string): Promise<void>;
  /** Sets the password and signs all devices out. @throws AdministrationError `not-found`, `password-weak` */
  setPassword(user: string, password: string): Promise<void>;
  /** @throws AdministrationError `not-found` */
  user(user: string): Promise<AccountInfo>;
  /**
   * Deletes an account: nobody can sign in to it any more, and its name is given to nobody else. A running server, or the
   * next one, takes it out of rosters and groups. What it said stays. @throws AdministrationError `not-found`
   */
  deleteUser(user: string): Promise<void>;
  /** Devices by age. @throws AdministrationError `not-found` */
  listDevices(user: string): Promise<readonly DeviceInfo[]>;
  /** Signs a device out; its connection ends. @throws AdministrationError `not-found` */
  removeDevice(user: string, device: string): Promise<void>;
  /** Invitations that were made, the used and expired ones too, the newest first. */
  listInvitations(): Promise<readonly InvitationInfo[]>;
  /** Takes an invitation back that nobody has used. @throws AdministrationError `not-found` */
  revokeInvitation(id: string): Promise<void>;
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
    checkName(user);
    const hash = await this.#hash(password);
    const insert = this.#database.prepare(
      'INSERT INTO account (user, name, password_hash, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (user) DO NOTHING',
    );
    if (insert.run(user, name, hash, this.#clock()).changes === 0)
      throw new AdministrationError('name-taken', this.#whyTaken(user));
    return this.user(user);
  }

  async checkFree(user: string): Promise<void> {
    checkName(user);
    if (this.#list('WHERE user = ?', user).length > 0)
      throw new AdministrationError('name-taken', this.#whyTaken(user));
  }

  #whyTaken(user: string): string {
    const [there] = this.#list('WHERE user = ? AND deleted_at IS NULL', user);
    if (there !== undefined) return `an account '${user}' exists already`;
    return `an account '${user}' was deleted, and its name is given to nobody else; choose another`;
  }

  async user(user: string): Promise<AccountInfo> {
    const [info] = this.#list('WHERE user = ? AND deleted_at IS NULL', user);
    if (info === undefined) throw noAccount(user);
    return info;
  }

  async deleteUser(user: string): Promise<void> {
    const id = this.#idOf(user);
    this.#transact(() => endAccount(this.#database, id, this.#clock()));
  }

  async listDevices(user: string): Promise<readonly DeviceInfo[]> {
    const rows = this.#database
      .prepare('SELECT * FROM device WHERE account = ? ORDER BY id')
      .all(this.#idOf(user));
    return rows.map((row) => ({
      device: deviceWireId(integer(row, 'id')),
      name: text(row, 'name'),
      createdAt: integer(row, 'created_at'),
      seenAt: integer(row, 'seen_at'),
    }));
  }

  async removeDevice(user: string, device: string): Promise<void> {
    const remove = this.#database.prepare('DELETE FROM device WHERE account = ? AND id = ?');
    if (remove.run(this.#idOf(user), parseDeviceId(device)).changes === 0)
      throw new AdministrationError('not-found', `'${user}' has no device '${device}'`);
  }

  async listInvitations(): Promise<readonly InvitationInfo[]> {
    const rows = this.#database.prepare('SELECT * FROM invitation ORDER BY created_at DESC').all();
    return rows.map((row) => {
      const usedBy = textOrNull(row, 'used_by');
      return {
        id: invitationId(row),
        createdAt: integer(row, 'created_at'),
        expiresAt: integer(row, 'expires_at'),
        ...(usedBy === null ? {} : { usedBy }),
      };
    });
  }

  async revokeInvitation(id: string): Promise<void> {
    const rows = this.#database.prepare('SELECT hash FROM invitation WHERE used_by IS NULL').all();
    const found = rows.find((row) => invitationId(row) === id);
    if (found === undefined)
      throw new AdministrationError('not-found', `there is no open invitation '${id}'`);
    this.#database.prepare('DELETE FROM invitation WHERE hash = ?').run(bytesOrNull(found, 'hash'));
  }

  listUsers(): Promise<readonly AccountInfo[]> {
    return Promise.resolve(this.#list('WHERE deleted_at IS NULL'));
  }

  suspend(user: string, reason: string, until?: number): Promise<void> {
    return this.#update(user, 'suspended_reason = ?, suspended_until = ?', reason, until ?? null);
  }

  resume(user: string): Promise<void> {
    return this.#update(user, 'suspended_reason = NULL, suspended_until = NULL');
  }

  async setPassword(user: string, password: string): Promise<void> {
    const hash = await this.#hash(password);
    const id = this.#idOf(user);
    this.#transact(() => {
      this.#database.prepare('UPDATE account SET password_hash = ? WHERE id = ?').run(hash, id);
      this.#database.prepare('DELETE FROM device WHERE account = ?').run(id);
    });
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

  /** All of it or nothing, also when the process is killed in between. */
  #transact(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #idOf(user: string): number {
    const row = this.#database
      .prepare('SELECT id FROM account WHERE user = ? AND deleted_at IS NULL')
      .get(user);
    if (row === undefined) throw noAccount(user);
    return integer(row, 'id');
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
      .prepare(`UPDATE account SET ${assignment} WHERE user = ? AND deleted_at IS NULL`)
      .run(...values, user);
    if (changes === 0) return Promise.reject(noAccount(user));
    return Promise.resolve();
  }
}

function checkName(user: string): void {
  if (!userPattern.test(user))
    throw new AdministrationError(
      'name-invalid',
      `'${user}' cannot be a user name: use a-z, 0-9, dot, dash and underscore`,
    );
}

function noAccount(user: string): AdministrationError {
  return new AdministrationError('not-found', `there is no account '${user}'`);
}

/** Enough of the hash to tell invitations apart. */
function invitationId(row: Row): string {
  return Buffer.from(bytesOrNull(row, 'hash') ?? [])
    .toString('hex')
    .slice(0, 12);
}
