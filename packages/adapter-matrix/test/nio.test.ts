import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { eventually, Home } from './support/home.ts';

const PYTHON = '/usr/bin/python3';
const program = fileURLToPath(new URL('support/nio-client.py', import.meta.url));
const { signal } = new AbortController();

describeServer('beside a client that shares no code with natter', 'synapse', () => {
  describeServer('which is matrix-nio', 'matrix-nio', besideNio);
});

function besideNio(): void {
  let server: SynapseServer;
  let home: Home | undefined;
  let address = '';
  let nio: ChildProcess | undefined;

  beforeAll(async () => {
    server = await startSynapse();
    address = await server.addUser({ name: 'me', password: 'secret' });
    await server.addUser({ name: 'nio', password: 'secret' });
  }, 120_000);
  afterAll(async () => {
    nio?.kill('SIGKILL');
    await home?.close();
    await server?.stop();
  });

  test('each understands what the other says', { timeout: 60_000 }, async () => {
    const opened = await Home.open(server, { address });
    home = opened;
    await opened.phase('online');
    await opened.change({ action: 'create', name: 'both', kind: 'channel', invite: [] });
    const room = [...opened.hub.profile.conversations.entries()][0]?.[1];
    if (room === undefined || room.key === null) return expect.fail('there is no room');
    const heard: Record<string, unknown>[] = [];
    const user = `@nio:${server.serverName}`;
    nio = spawn(PYTHON, [program, server.url, user, 'secret', room.key], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (nio.stdout === null) return expect.fail('it says nothing');
    createInterface({ input: nio.stdout }).on('line', (line) =>
      heard.push(JSON.parse(line) as Record<string, unknown>),
    );
    await eventually(() => heard.length).toBe(1);
    await eventually(async () => (await opened.rows(room.id)).length).toBe(3);
    await eventually(async () => (await opened.rows(room.id))[2]?.retracted).not.toBeNull();
    const [first, file] = await opened.rows(room.id);
    expect(first).toMatchObject({
      stable: heard[0]?.['said'],
      content: { text: 'hello again' },
      edited: { count: 1 },
      reactions: [{ key: '👍' }],
    });
    expect(file?.content).toMatchObject({
      attachments: [{ name: 'a.txt', mediaType: 'text/plain', size: 10 }],
    });

    const { methods } = opened.hub.handlers;
    const formatted = ['see ', { type: 'bold', children: ['this'] }] as const;
    const content = { kind: 'text', text: 'see this', formatted } as const;
    const replyTo = first?.id;
    const draft = { content, ...(replyTo === undefined ? {} : { replyTo }) };
    await methods['message.send']({ key: 'a', to: { conversation: room.id }, draft }, signal);
    await eventually(() => heard[1]).toEqual({
      body: 'see this',
      html: 'see <strong>this</strong>',
      relates: { 'm.in_reply_to': { event_id: first?.stable } },
    });
  });
}
