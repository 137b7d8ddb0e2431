import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import { TestClient, testCost } from './support/client.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

it('a database whose pages are damaged is served as far as it goes, acknowledges nothing it cannot store, and ends nothing', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await createServer({ dataDirectory, port: 0, passwordCost: testCost });
  const { alice } = await aliceAndBob(first);
  for (let index = 0; index < 50; index += 1)
    await alice.request({
      type: 'send',
      clientId: `${index}`,
      peer: 'bob',
      body: { text: 'x'.repeat(3000) },
    });
  await first.close();

  const path = join(dataDirectory, 'server.db');
  const database = new DatabaseSync(path);
  const page = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  const root = Number(
    database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'message'`).get()?.['rootpage'],
  );
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, (root - 1) * page, root * page);
  writeFileSync(path, bytes);

  const events: string[] = [];
  const server = await startServer({ dataDirectory, log: ({ event }) => void events.push(event) });
  const again = await TestClient.signIn(server.url, 'alice');
  expect(await again.outcome({ type: 'history', conversation: 'c1' })).toBe('internal');
  expect(events).toContain('fault');
  const send = { type: 'send', clientId: 'new', peer: 'bob', body: { text: 'new' } };
  expect(await again.outcome(send)).toBe('unavailable');
  // What does not lie in the damaged part still works.
  expect((await again.request({ type: 'roster' })).full).toBe(true);
  expect((await again.request({ type: 'devices' })).devices).toHaveLength(2);
});
