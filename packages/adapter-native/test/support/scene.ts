import { setTimeout as sleep } from 'node:timers/promises';
import { mintId, type Adapter, type Op } from '@natter/core';
import type { Message, Update } from '@natter/native-protocol';
import { afterEach, expect } from 'vitest';
import { createNativeAdapter } from '../../src/index.ts';
import { Running, TestHost } from './host.ts';
import { ScriptedServer, type Answers } from './scripted-server.ts';

const adapter = createNativeAdapter({ maximumUncommitted: 4_000 });
let servers: ScriptedServer[] = [];
let timersBefore = 0;

/** A scripted server, and an account that has signed in to it before. */
export interface Scene {
  readonly host: TestHost;
  readonly server: ScriptedServer;
  run(): Running;
}

/** Starts both for one test. When it is over, no socket and no timer of the client may be left. */
export async function scene(answers: Answers = {}, using: Adapter = adapter): Promise<Scene> {
  if (servers.length === 0) timersBefore = timers();
  const started = await ScriptedServer.start(answers);
  servers.push(started);
  const host = new TestHost();
  host.secrets.set('token', JSON.stringify(['d1', 'token-1']));
  return { host, server: started, run: () => new Running(using, { server: started.url }, host) };
}

afterEach(async () => {
  const stopping = servers;
  servers = [];
  const left = async (): Promise<number> =>
    (await Promise.all(stopping.map((server) => server.openSockets()))).reduce(
      (sum, count) => sum + count,
      0,
    );
  // The client has let go of its sockets; that takes a moment to reach the other end.
  for (let count = 0; count < 200 && (await left()) > 0; count += 1) await sleep(5);
  // Timers of the test runner come and go; one of ours would stay.
  for (let count = 0; count < 400 && timers() > timersBefore; count += 1) await sleep(5);
  const [sockets, timersAfter] = [await left(), timers()];
  for (const server of stopping) await server.stop();
  expect(sockets, 'sockets left open').toBe(0);
  if (stopping.length > 0) expect(timersAfter, 'timers left').toBeLessThanOrEqual(timersBefore);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/** An entry of the update log: a message in conversation c1. */
export function message(
  position: number,
  seq: number,
  text: string,
  from = 'bob@test.example',
): Update & { kind: 'message' } {
  const stored: Message = { conversation: 'c1', seq, messageId: `m${seq}`, from, time: seq, body: { text } };
  return { kind: 'message', position, ...stored };
}

/** A send of plain text. */
export function sendTo(conversation: Op['conversation'], text: string): Op {
  const body = {
    type: 'send',
    content: { kind: 'text', text },
    replyTo: null,
    thread: null,
    mentions: [],
  } as const;
  return { id: mintId('operation'), conversation, attempt: 1, memo: null, body };
}
