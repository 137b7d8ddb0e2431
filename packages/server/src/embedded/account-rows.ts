import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Account } from '../ports/accounts.ts';
import type { AccountId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { integer, integerOrNull, text, textOrNull } from './columns.ts';
import type { Row } from './columns.ts';

/** Columns of `account` that `toAccount` reads. */
export const accountColumns = 'id, user, name, suspended_reason, suspended_until';

/** Makes an account unusable for good. Called inside a transaction. */
export function endAccount(database: DatabaseSync, id: AccountId, now: number): void {
  database
    .prepare(
      `UPDATE account SET deleted_at = ?, removal = 'pending', name = '', password_hash = '', suspended_reason = NULL
       WHERE id = ? AND deleted_at IS NULL`,
    )
    .run(now, id);
  database.prepare('DELETE FROM device WHERE account = ?').run(id);
}

/** A suspension that has run out is none. */
export function toAccount(row: Row, now: number): Account {
  const reason = textOrNull(row, 'suspended_reason');
  const until = integerOrNull(row, 'suspended_until');
  const suspended = reason !== null && (until === null || until > now);
  return {
    id: integer(row, 'id'),
    user: text(row, 'user'),
    name: text(row, 'name'),
    standing: suspended
      ? { state: 'suspended', reason, ...(until === null ? {} : { until }) }
      : { state: 'active' },
  };
}

/** What stands in the file for an invitation. */
export function invitationHash(invite: string): Buffer {
  return hash('sha256', invite, 'buffer');
}

/** Marks an invitation as used. Called inside a transaction, before any other write of it. */
export function useInvitation(database: DatabaseSync, invite: string, user: string, now: number): void {
  const use = database.prepare(
    'UPDATE invitation SET used_by = ? WHERE hash = ? AND used_by IS NULL AND expires_at > ?',
  );
  if (use.run(user, invitationHash(invite), now).changes === 0) {
    throw new Refusal('invite-invalid', 'This invitation is unknown, used, or expired; ask for a new one.');
  }
}
