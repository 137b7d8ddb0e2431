/**
 * Matrix: a first synchronisation of many rooms through the adapter and the hub into SQLite, held against a bare
 * matrix-js-sdk that keeps the same in memory; a start from what is stored, held against the first; a message, held against
 * a bare PUT. Homeserver and clients are processes of their own; the homeserver says always the same.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { createHub, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import { figure, median, report } from './lib/measure.ts';
import { ROOM, USER } from './matrix/rooms.ts';
import { startProcess } from './server/process.ts';

const [ROOMS, EVENTS, MEMBERS, ROUNDS, SENDS] = [500, 20, 10, 5, 300];
const { signal } = new AbortController();

/** What one process needed until it was synchronised. */
interface Cost {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds of CPU, from the start of the process. */
  readonly cpu: number;
  /** Bytes, resident. */
  readonly memory: number;
}

const server = await startProcess(
  '../matrix/homeserver-process.ts',
  String(ROOMS),
  String(EVENTS),
  String(MEMBERS),
);
try {
  await measureSync();
  await measureSend();
} finally {
  await server.kill();
}
process.exit(0);

async function measureSync(): Promise<void> {
  const [bare, first, again]: [Cost[], Cost[], Cost[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));
    const file = join(folder, 'store.db');
    bare.push(await cost('../matrix/sdk-process.ts', server.url));
    first.push(await cost('../matrix/natter-process.ts', server.url, file));
    again.push(await cost('../matrix/natter-process.ts', server.url, file));
    rmSync(folder, { recursive: true });
  }
  const what = `${ROOMS} rooms x ${EVENTS} events`;
  tell(`matrix-js-sdk: first synchronisation of ${what}`, bare);
  tell('natter: the same, into SQLite', first);
  const ratio = (of: (each: Cost) => number, a: readonly Cost[], b: readonly Cost[]): string =>
    figure(median(a.map(of)) / median(b.map(of)), 'x');
  report(
    '  wall, held against the SDK',
    ratio(({ wall }) => wall, first, bare),
    'target 1.3 x',
  );
  report(
    '  CPU, held against the SDK',
    ratio(({ cpu }) => cpu, first, bare),
  );
  report(
    '  memory, held against the SDK',
    ratio(({ memory }) => memory, first, bare),
    'target 1.3 x',
  );
  tell('natter: started again from what is stored', again);
  report(
    '  wall, held against the first',
    ratio(({ wall }) => wall, again, first),
    'target 0.33 x',
  );
}

async function cost(...command: readonly [string, ...string[]]): Promise<Cost> {
  const [file, ...parameters] = command;
  const child = await startProcess(file, ...parameters);
  const { cpu, memory } = await child.usage();
  await child.kill();
  return { wall: Number(child.url), cpu: cpu * 1000, memory };
}

function tell(what: string, costs: readonly Cost[]): void {
  const of = (read: (each: Cost) => number): number => median(costs.map(read));
  const memory = figure(of((each) => each.memory) / 1e6, 'MB');
  report(
    what,
    `${figure(
      of(({ wall }) => wall),
      'ms',
    )} ${memory}`,
  );
}

/** From the call to the answer of the homeserver, one after the other, in turns. */
async function measureSend(): Promise<void> {
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createMatrixAdapter()],
  });
  await hub.connect();
  const { methods } = hub.handlers;
  const config = { server: server.url };
  const { interaction } = await methods['account.add']({ network: 'matrix', address: USER, config }, signal);
  await methods['interaction.answer'](
    { interaction, answer: { action: 'submit', values: { password: 'x' } } },
    signal,
  );
  const room = (): boolean => [...hub.profile.conversations.entries()].some(([, { key }]) => key === ROOM);
  while (!room() || [...hub.profile.statuses.entries()][0]?.[1].state.phase !== 'online') await delay(1);
  const [conversation] = [...hub.profile.conversations.entries()].find(([, { key }]) => key === ROOM) ?? [];
  if (conversation === undefined) throw new Error('the room is not there');
  // Waited for without turning: that would take the processor from the homeserver.
  let acknowledged = Promise.withResolvers<void>();
  hub.profile.news.event$.subscribe(({ messages }) => {
    if (messages.some(({ delivery }) => delivery === 'sent')) acknowledged.resolve();
  });
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let index = 0; index < SENDS; index += 1) {
    bare.push(await took(() => put(index)));
    acknowledged = Promise.withResolvers();
    const draft = { content: { kind: 'text', text: `message ${index}` } } as const;
    ours.push(
      await took(async () => {
        await methods['message.send']({ key: String(index), to: { conversation }, draft }, signal);
        await acknowledged.promise;
      }),
    );
  }
  report('a bare PUT of a message', figure(median(bare), 'ms'));
  report('natter: sent and acknowledged, through the outbox', figure(median(ours), 'ms'));
  report('  held against the PUT', figure(median(ours) / median(bare), 'x'), 'target 1.2 x');
  await hub.close();
}

async function put(index: number): Promise<void> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(ROOM)}/send/m.room.message/bare${index}`;
  const body = JSON.stringify({ msgtype: 'm.text', body: `message ${index}` });
  const headers = { authorization: 'Bearer token', 'content-type': 'application/json' };
  await (await fetch(server.url + path, { method: 'PUT', headers, body })).json();
}

async function took(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
