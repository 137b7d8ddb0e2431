import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';
import { text } from './columns.ts';

const namePattern = /^(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/u;

/** Name of a server that was given none. */
const defaultName = 'localhost';

/**
 * The name of the server. It is part of every address, so the first one given is kept for good.
 * @throws StartError when another one is wanted now.
 */
export function settleServerName(database: DatabaseSync, wanted: string | undefined): string {
  if (wanted !== undefined && !namePattern.test(wanted)) {
    throw new StartError(
      'configuration',
      `'${wanted}' cannot be the name of a server: use a host name in lower case`,
    );
  }
  database
    .prepare(`INSERT INTO setting (name, value) VALUES ('server-name', ?) ON CONFLICT DO NOTHING`)
    .run(wanted ?? defaultName);
  const stored = text(
    database.prepare(`SELECT value FROM setting WHERE name = 'server-name'`).get() ?? {},
    'value',
  );
  if (wanted !== undefined && wanted !== stored) {
    throw new StartError(
      'configuration',
      `this data belongs to the server '${stored}' and its addresses cannot change; start it by that name`,
    );
  }
  return stored;
}

/** The key of tickets, made when there is none. The file is as private as the messages in it. */
export function settleTicketKey(database: DatabaseSync): Uint8Array {
  database
    .prepare(`INSERT INTO setting (name, value) VALUES ('ticket-key', ?) ON CONFLICT DO NOTHING`)
    .run(randomBytes(32).toString('base64'));
  const row = database.prepare(`SELECT value FROM setting WHERE name = 'ticket-key'`).get() ?? {};
  return Buffer.from(text(row, 'value'), 'base64');
}
