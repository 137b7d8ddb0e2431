import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DeviceRecord, Devices, NewSignIn, Rotation } from '../ports/devices.ts';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { bytesOrNull, integer, text } from './columns.ts';
import type { Row } from './columns.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Journal } from './journal.ts';
import type { UpdateLog } from './update-log.ts';

/** Devices in SQLite. */
export class SqliteDevices implements Devices {
  readonly #journal: Journal;
  readonly #updates: UpdateLog;
  readonly #acknowledgements: Acknowledgements;
  readonly #clock: () => number;
  readonly #passwordHash: StatementSync;
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #insert: StatementSync;
  readonly #renew: StatementSync;
  readonly #offer: StatementSync;
  readonly #advance: StatementSync;
  readonly #delete: StatementSync;

  constructor(
    database: DatabaseSync,
    journal: Journal,
    updates: UpdateLog,
    acknowledgements: Acknowledgements,
    clock: () => number,
  ) {
    this.#journal = journal;
    this.#updates = updates;
    this.#acknowledgements = acknowledgements;
    this.#clock = clock;
    this.#passwordHash = database.prepare(
      'SELECT password_hash FROM account WHERE id = ? AND deleted_at IS NULL',
    );
    this.#select = database.prepare('SELECT * FROM device WHERE account = ? AND id = ?');
    this.#selectAll = database.prepare('SELECT * FROM device WHERE account = ? ORDER BY id');
    this.#insert = database.prepare(
      'INSERT INTO device (account, name, created_at, seen_at, token) VALUES (?, ?, ?, ?, ?)',
    );
    this.#renew = database.prepare(
      'UPDATE device SET token = ?, next_token = NULL, old_token = NULL, seen_at = ? WHERE id = ?',
    );
    this.#offer = database.prepare('UPDATE device SET next_token = ?, seen_at = ? WHERE id = ?');
    this.#advance = database.prepare(
      'UPDATE device SET old_token = token, token = next_token, next_token = ?, seen_at = ? WHERE id = ?',
    );
    this.#delete = database.prepare('DELETE FROM device WHERE account = ? AND id = ?');
  }

  signIn(account: AccountId, { id, name, token, passwordHash }: NewSignIn): Promise<DeviceRecord> {
    return this.#journal.write(() => {
      if (this.#passwordHash.get(account)?.['password_hash'] !== passwordHash)
        throw new Refusal('bad-credentials', 'The password was changed just now.');
      const now = this.#clock();
      const known = id === null ? undefined : this.#select.get(account, id);
      if (known !== undefined) {
        this.#renew.run(token, now, integer(known, 'id'));
        return { ...this.#record(known), seenAt: now };
      }
      const made = Number(this.#insert.run(account, name, now, now, token).lastInsertRowid);
      this.#updates.append(account, { kind: 'account', change: 'device-added', deviceName: name, time: now });
      return { id: made, name, createdAt: now, seenAt: now, cursor: 0 };
    });
  }

  rotate(account: AccountId, id: DeviceId, token: Uint8Array, next: Uint8Array): Promise<Rotation> {
    return this.#journal.writePatiently(() => {
      const now = this.#clock();
      const row = this.#select.get(account, id);
      if (row === undefined) return { result: 'unknown' };
      if (equals(bytesOrNull(row, 'token'), token)) this.#offer.run(next, now, id);
      else if (equals(bytesOrNull(row, 'next_token'), token)) this.#advance.run(next, now, id);
      else if (equals(bytesOrNull(row, 'old_token'), token)) {
        this.#remove(account, id, text(row, 'name'));
        return { result: 'reused' };
      } else return { result: 'unknown' };
      return { result: 'rotated', device: { ...this.#record(row), seenAt: now } };
    });
  }

  list(account: AccountId): Promise<readonly DeviceRecord[]> {
    return Promise.resolve(this.#selectAll.all(account).map((row) => this.#record(row)));
  }

  remove(account: AccountId, id: DeviceId): Promise<boolean> {
    return this.#journal.write(() => {
      const row = this.#select.get(account, id);
      if (row === undefined) return false;
      this.#remove(account, id, text(row, 'name'));
      return true;
    });
  }

  #record(row: Row): DeviceRecord {
    const id = integer(row, 'id');
    return {
      id,
      name: text(row, 'name'),
      createdAt: integer(row, 'created_at'),
      seenAt: integer(row, 'seen_at'),
      cursor: Math.max(integer(row, 'cursor'), this.#acknowledgements.of(id)),
    };
  }

  #remove(account: AccountId, id: DeviceId, name: string): void {
    this.#delete.run(account, id);
    this.#updates.append(account, {
      kind: 'account',
      change: 'device-removed',
      deviceName: name,
      time: this.#clock(),
    });
  }
}

/** Both are hashes of random tokens, so the time of the comparison tells nothing that helps to guess one. */
function equals(stored: Uint8Array | null, shown: Uint8Array): boolean {
  return stored !== null && Buffer.compare(stored, shown) === 0;
}
