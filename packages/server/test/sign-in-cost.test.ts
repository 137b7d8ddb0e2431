import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

const contacts = 10_000;

/** Alice's account, and as many contacts of hers as a roster can be thought to have; all of them see each other. */
async function crowd(dataDirectory: string): Promise<void> {
  const server = await startServer({ dataDirectory });
  const alice = await TestClient.register(server.url, 'alice');
  await alice.close();
  await server.close();
  const database = new DatabaseSync(join(dataDirectory, 'server.db'));
  const numbers = `WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${contacts})`;
  const states = `'granted', 'granted', 1, 0, '', '[]', ''`;
  database.exec(`
    BEGIN;
    INSERT INTO account (id, user, name, password_hash, created_at)
      ${numbers} SELECT 1000 + n, 'contact' || n, 'Contact ' || n, 'x', 0 FROM number;
    INSERT INTO roster (owner, contact, version, to_state, from_state, listed, blocked, alias, groups, request_text)
      ${numbers} SELECT 1, 1000 + n, n, ${states} FROM number;
    INSERT INTO roster (owner, contact, version, to_state, from_state, listed, blocked, alias, groups, request_text)
      ${numbers} SELECT 1000 + n, 1, 1, ${states} FROM number;
    UPDATE account SET roster_version = ${contacts} WHERE id = 1;
    COMMIT`);
  database.close();
}

it('an unchanged roster of 10,000 costs less than 1 KB at sign-in, with all that a client asks then', async () => {
  const dataDirectory = temporaryDirectory();
  await crowd(dataDirectory);
  const server = await startServer({ dataDirectory });
  const first = await TestClient.signIn(server.url, 'alice');
  const whole = await first.request({ type: 'roster' });
  expect(whole.contacts).toHaveLength(contacts);
  const { device, token, head } = first.signedIn!;
  await first.cut();

  const again = await TestClient.connect(server.url);
  let bytes = 0;
  again.socket.on('message', (data: Buffer) => (bytes += data.length));
  await again.request({ type: 'hello' });
  await again.request({ type: 'resume', address: 'alice', device, token });
  const {
    version,
    full,
    contacts: changed,
  } = await again.request({ type: 'roster', version: whole.version });
  expect({ version, full, changed }).toEqual({ version: whole.version, full: false, changed: [] });
  await again.request({ type: 'presence-watch', on: true });
  await again.sync(head);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1024);
});

it('10,000 messages for a device that was away arrive once, in order, in bounded pages, and what comes meanwhile behind them', async () => {
  const count = 10_000;
  const server = await startServer();
  const { alice, bob } = await aliceAndBob(server);
  const { head: before } = await bob.request({ type: 'sync', after: 0 });
  await bob.cut();
  const send = (index: number) =>
    alice.request({ type: 'send', clientId: `m${index}`, peer: 'bob', body: { text: `message ${index}` } });
  for (let from = 0; from < count; from += 200)
    await Promise.all(Array.from({ length: 200 }, (_, index) => send(from + index)));

  const late = await TestClient.signIn(server.url, 'bob');
  let largest = 0;
  late.socket.on('message', (data: Buffer) => (largest = Math.max(largest, data.length)));
  const meanwhile = Promise.all(Array.from({ length: 50 }, (_, index) => send(count + index)));
  const log = await late.sync(before, 500);
  await meanwhile;
  await late.until(() => [...messagesOf(log), ...messagesOf(late.pushed())].at(-1)?.seq === count + 50);
  const all = [...messagesOf(log), ...messagesOf(late.pushed())];
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: count + 50 }, (_, index) => index + 1));
  expect(all.map(({ body }) => body?.text)).toEqual(all.map((_, index) => `message ${index}`));
  // 500 updates of some 200 bytes: no page grows with what waits.
  expect(largest).toBeLessThan(200_000);
});
