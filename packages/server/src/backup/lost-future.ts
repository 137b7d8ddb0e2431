import type { DatabaseSync } from 'node:sqlite';

/** More than anybody does between two backups. */
const room = 1_000_000;

/**
 * What happened after a backup was made is lost to the server and not to the clients: they know messages, updates and
 * conversations that it will number again. So it leaves their numbers out. Of the update log a client learns by the hole
 * (`cursor-unknown`) to read everything anew; a hole in a conversation looks as if messages had vanished.
 */
export function leaveRoomForWhatWasLost(database: DatabaseSync, now: number): void {
  database.exec('BEGIN IMMEDIATE');
  database
    .prepare(
      `INSERT INTO update_log (account, position, data)
       SELECT account, max(position) + ${room}, '{"kind":"gone"}' FROM update_log GROUP BY account`,
    )
    .run();
  database
    .prepare(
      `INSERT INTO message (conversation, seq, sender, client_id, time, gone)
       SELECT conversation, max(seq) + ${room}, 0, 'restored ' || conversation || ' ' || (max(seq) + ${room}), ?, 1
       FROM message GROUP BY conversation`,
    )
    .run(now);
  database.exec(`
    UPDATE roster SET version = version + ${room};
    UPDATE account SET roster_version = roster_version + ${room};
    UPDATE sqlite_sequence SET seq = seq + ${room} WHERE name IN ('account', 'conversation', 'device', 'file');
    COMMIT`);
}
