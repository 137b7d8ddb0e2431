import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { applicationId, migrations } from '../src/embedded/schema.ts';
import { TestClient } from './support/client.ts';
import { startServer, temporaryDirectory } from './support/server.ts';

it.each(migrations.slice(1).map((_, index) => index + 1))(
  'a database of schema %i keeps its accounts and messages, and takes what is new',
  async (version) => {
    const dataDirectory = temporaryDirectory();
    const first = await startServer({ dataDirectory });
    const alice = await TestClient.register(first.url, 'alice');
    const bob = await TestClient.register(first.url, 'bob');
    await first.close();
    // The same rows, in the tables as they were.
    const path = join(dataDirectory, 'server.db');
    const now = new DatabaseSync(path);
    const accounts = now.prepare('SELECT * FROM account').all();
    const settings = now.prepare('SELECT * FROM setting').all();
    for (const { name } of now
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
      .all())
      now.exec(`DROP TABLE IF EXISTS ${String(name)}`);
    for (const migration of migrations.slice(0, version)) now.exec(migration);
    now.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${applicationId}`);
    for (const [table, rows] of [
      ['account', accounts],
      ['setting', settings],
    ] as const)
      for (const row of rows) {
        const columns = Object.keys(row).filter((column) =>
          now.prepare(`SELECT 1 FROM pragma_table_info('${table}') WHERE name = ?`).get(column),
        );
        now
          .prepare(
            `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
          )
          .run(...columns.map((column) => row[column] ?? null));
      }
    now.exec(`
      INSERT INTO conversation (id, kind, low, high, created_at) VALUES (1, 'direct', 1, 2, 0);
      INSERT INTO member (conversation, account) VALUES (1, 1), (1, 2);
      INSERT INTO message (conversation, seq, sender, client_id, time, body) VALUES (1, 1, 1, 'k', 0, '{"text":"old"}');
      INSERT INTO update_log (account, position, conversation, seq) VALUES (1, 1, 1, 1), (2, 1, 1, 1)`);
    now.close();

    const second = await startServer({ dataDirectory });
    const again = await TestClient.signIn(second.url, bob.address);
    const { messages } = await again.request({ type: 'history', conversation: 'c1' });
    expect(messages.map(({ body }) => body?.text)).toEqual(['old']);
    expect(
      await again.request({ type: 'send', clientId: 'new', peer: alice.address, body: { text: 'new' } }),
    ).toMatchObject({ conversation: 'c1', seq: 2 });
    await again.request({ type: 'group-create', clientId: 'g', title: 'A group', invite: ['alice'] });
  },
);
