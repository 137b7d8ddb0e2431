import { describe, expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import { TestClient, testCost } from './support/client.ts';
import { announce, attach, patch } from './support/files.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';
import { until } from './support/until.ts';

const day = 24 * 3_600_000;

describe('retention', () => {
  it('removes what is older from history, search, pins, update logs and files, and nothing else', async () => {
    let now = 100 * day;
    const clock = (): number => now;
    const dataDirectory = temporaryDirectory();
    const first = await createServer({ dataDirectory, port: 0, passwordCost: testCost, clock });
    const { alice, bob } = await aliceAndBob(first);
    const say = (text: string): Promise<{ seq: number; conversation: string }> =>
      alice.request({ type: 'send', clientId: text, peer: 'bob', body: { text } });
    // More than one transaction takes.
    const old = await Promise.all(Array.from({ length: 450 }, (_, index) => say(`old ${index}`)));
    const conversation = old[0]?.conversation ?? '';
    await alice.request({ type: 'edit', conversation, seq: 3, body: { text: 'old edited' } });
    await bob.request({ type: 'react', conversation, seq: 4, key: '+', on: true });
    await bob.request({ type: 'pin', conversation, seq: 5, on: true });
    const file = await announce(alice, Buffer.from('bytes'));
    await patch(first, file, Buffer.from('bytes'), 0);
    await alice.request({ type: 'send', clientId: 'file', peer: 'bob', body: attach(file, 5) });
    now += 20 * day;
    await say('new');
    await first.close();

    const events: string[] = [];
    const server = await startServer({
      dataDirectory,
      clock,
      retention: 10 * day,
      log: ({ event }) => void events.push(event),
    });
    await until(() => events.includes('old-messages-removed'));
    const reader = await TestClient.signIn(server.url, 'bob');
    const { messages } = await reader.request({ type: 'history', conversation, limit: 500 });
    expect(messages.map(({ seq, body }) => [seq, body?.text])).toEqual([[452, 'new']]);
    expect((await reader.request({ type: 'search', query: 'old' })).messages).toEqual([]);
    expect(await reader.refusal({ type: 'file-get', file: file.file })).toMatchObject({ code: 'not-found' });
    expect(await reader.request({ type: 'conversation-get', conversation })).not.toHaveProperty('pins');
    const log = await reader.sync();
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
    expect(JSON.stringify(log)).not.toContain('old');
    // A resend is still known, and the sequence goes on.
    const sender = await TestClient.signIn(server.url, 'alice');
    expect(
      await sender.request({ type: 'send', clientId: 'old 0', peer: 'bob', body: { text: 'old 0' } }),
    ).toMatchObject({ seq: 1 });
    expect(
      await sender.request({ type: 'send', clientId: 'next', peer: 'bob', body: { text: 'next' } }),
    ).toMatchObject({ seq: 453 });
    await server.close();
    expect(events).not.toContain('fault');
  });

  it('is nothing that happens unasked', async () => {
    let now = 100 * day;
    const dataDirectory = temporaryDirectory();
    const options = { dataDirectory, port: 0, passwordCost: testCost, clock: () => now };
    const first = await createServer(options);
    const { alice } = await aliceAndBob(first);
    await alice.request({ type: 'send', clientId: 'a', peer: 'bob', body: { text: 'old' } });
    await first.close();
    now += 10_000 * day;
    const second = await startServer(options);
    const bob = await TestClient.signIn(second.url, 'bob');
    expect((await bob.request({ type: 'history', conversation: 'c1' })).messages).toHaveLength(1);
  });
});
