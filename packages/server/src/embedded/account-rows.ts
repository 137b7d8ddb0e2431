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
      `UPDATE account SET deleted_at = ?, removal = 'pending', name = '', password_hash = '', suspended_reason = NULL,
         picture = NULL
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

/** That an invitation can be used. @throws Refusal `invite-invalid` */
export function requireInvitation(database: DatabaseSync, invite: string, now: number): void {
  const open = database.prepare(
    'SELECT 1 FROM invitation WHERE hash = ? AND used_by IS NULL AND expires_at > ?',
  );
  if (open.get(invitationHash(invite), now) === undefined)
    throw new Refusal('invite-invalid', 'This invitation is unknown, used, or expired; ask for a new one.');
}

/** Marks an invitation as used. Called inside the transaction that has found it open. */
export function useInvitation(database: DatabaseSync, invite: string, user: string): void {
  database.prepare('UPDATE invitation SET used_by = ? WHERE hash = ?').run(user, invitationHash(invite));
}
