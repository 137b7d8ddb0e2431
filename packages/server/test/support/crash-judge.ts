import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { ServerOptions } from '../../src/options.ts';
import { TestClient, messagesOf } from './client.ts';
import { crash, prepare } from './crash.ts';
import type { Evidence } from './crash.ts';
import { startServer, temporaryDirectory } from './server.ts';

/** Kills a server at a place, and holds what is on its disk against what its clients knew. */
export async function crashAndJudge(place: string, options: Partial<ServerOptions> = {}): Promise<void> {
  const dataDirectory = temporaryDirectory();
  await prepare(dataDirectory);
  const evidence = await crash(dataDirectory, place, options);
  expect(evidence.signal).toBe('SIGKILL');
  expectIntact(join(dataDirectory, 'server.db'));
  await judge(dataDirectory, evidence);
}

function expectIntact(path: string): void {
  const database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();
}

/** Starts the server again, sends everything once more as clients do, and compares with what they knew. */
async function judge(dataDirectory: string, { attempts, seen }: Evidence): Promise<void> {
  const server = await startServer({ dataDirectory });
  const clients = {
    alice: await TestClient.signIn(server.url, 'alice'),
    bob: await TestClient.signIn(server.url, 'bob'),
  };
  const log = await clients.bob.sync();
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  // What bob was told before the crash stands where it stood: nothing is told before it is stored.
  expect(log.slice((seen[0]?.position ?? 1) - 1).slice(0, seen.length)).toEqual(seen);

  for (const attempt of attempts) {
    const peer = attempt.sender === 'alice' ? 'bob' : 'alice';
    const { seq } = await clients[attempt.sender].request({
      type: 'send',
      clientId: attempt.clientId,
      peer,
      body: { text: attempt.text },
    });
    if (attempt.seq !== undefined) expect([attempt.text, seq]).toEqual([attempt.text, attempt.seq]);
  }
  const messages = messagesOf(await clients.bob.sync());
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
  for (const sender of ['alice', 'bob'] as const) {
    const texts = messages.filter(({ from }) => from === `${sender}@localhost`).map(({ body }) => body?.text);
    expect(texts).toEqual(attempts.filter((attempt) => attempt.sender === sender).map(({ text }) => text));
  }
}
