import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The statements of the message log. */
export interface MessageStatements {
  readonly insert: StatementSync;
  readonly select: StatementSync;
  readonly selectByClientId: StatementSync;
  readonly selectLast: StatementSync;
  readonly edit: StatementSync;
  readonly retract: StatementSync;
  readonly addReaction: StatementSync;
  readonly removeReaction: StatementSync;
  readonly clearReactions: StatementSync;
  readonly countReactions: StatementSync;
  readonly selectMarker: StatementSync;
  readonly selectMarkers: StatementSync;
  readonly updateMarker: StatementSync;
  readonly forgetTexts: StatementSync;
  readonly unpin: StatementSync;
}

/** Prepares them, once a database. */
export function messageStatements(database: DatabaseSync): MessageStatements {
  const place = 'conversation = ? AND seq = ?';
  return {
    insert: database.prepare(
      `INSERT INTO message (conversation, seq, sender, client_id, time, body, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (sender, client_id) DO NOTHING`,
    ),
    select: database.prepare(`SELECT sender, body, time FROM message WHERE ${place} AND gone = 0`),
    selectByClientId: database.prepare(
      'SELECT conversation, seq, time, body, digest FROM message WHERE sender = ? AND client_id = ?',
    ),
    selectLast: database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM message WHERE conversation = ?'),
    edit: database.prepare(
      `UPDATE message SET body = ?, digest = coalesce(digest, ?), edited_at = ? WHERE ${place}`,
    ),
    retract: database.prepare(
      `UPDATE message SET body = NULL, digest = coalesce(digest, ?), retracted_at = ? WHERE ${place}`,
    ),
    addReaction: database.prepare(
      'INSERT INTO reaction (conversation, seq, key, account) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    removeReaction: database.prepare(`DELETE FROM reaction WHERE ${place} AND key = ? AND account = ?`),
    clearReactions: database.prepare(`DELETE FROM reaction WHERE ${place}`),
    countReactions: database.prepare(`SELECT count(*) AS count FROM reaction WHERE ${place}`),
    selectMarker: database.prepare(
      'SELECT delivered, read FROM member WHERE conversation = ? AND account = ?',
    ),
    selectMarkers: database.prepare('SELECT account, delivered, read FROM member WHERE conversation = ?'),
    updateMarker: database.prepare(
      'UPDATE member SET delivered = ?, read = ? WHERE conversation = ? AND account = ?',
    ),
    // The entry keeps its place in the update log.
    forgetTexts: database.prepare(
      `UPDATE update_log SET data = '{"kind":"gone"}', conversation = NULL, seq = NULL WHERE ${place} AND data IS NOT NULL`,
    ),
    unpin: database.prepare(`DELETE FROM pin WHERE ${place}`),
  };
}
