import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createServer } from '@natter/server';

/** Options of a server whose strangers all come from one address. */
export const forGenerator: string = JSON.stringify({
  visitors: { perAddress: 100_000, total: 100_000, timeout: 120_000 },
  signInRates: { registration: { burst: 100_000, interval: 1 } },
});

/** The token of the device of a seeded account. */
export const tokenOf = (number: number): string => `token of ${number}`;
export const userOf = (number: number): string => `user${number}`;
export const deviceOf = (number: number): string => `d${number.toString(36)}`;

/** Makes a data directory with accounts that have a device each, numbered from 1, and rosters by pairs of these numbers. */
export async function seed(
  dataDirectory: string,
  accounts: number,
  contacts: Iterable<readonly [number, number]> = [],
): Promise<void> {
  await (await createServer({ dataDirectory, port: 0 })).close();
  const database = new DatabaseSync(join(dataDirectory, 'server.db'));
  database.exec('BEGIN');
  const account = database.prepare(
    `INSERT INTO account (id, user, name, password_hash, created_at) VALUES (?, ?, ?, 'x', 0)`,
  );
  const device = database.prepare(
    `INSERT INTO device (id, account, name, created_at, seen_at, token) VALUES (?, ?, '', 0, 0, ?)`,
  );
  for (let number = 1; number <= accounts; number += 1) {
    account.run(number, userOf(number), `User ${number}`);
    device.run(number, number, hash('sha256', tokenOf(number), 'buffer'));
  }
  const roster = database.prepare(`
    INSERT INTO roster (owner, contact, version, to_state, from_state, listed, blocked, alias, groups, request_text)
    VALUES (?, ?, ?, 'granted', 'granted', 1, 0, '', '[]', '')`);
  const versions = new Map<number, number>();
  const add = (owner: number, contact: number): void => {
    const version = (versions.get(owner) ?? 0) + 1;
    versions.set(owner, version);
    roster.run(owner, contact, version);
  };
  for (const [one, other] of contacts) {
    add(one, other);
    add(other, one);
  }
  const setVersion = database.prepare('UPDATE account SET roster_version = ? WHERE id = ?');
  for (const [owner, version] of versions) setVersion.run(version, owner);
  database.exec('COMMIT');
  database.close();
}
