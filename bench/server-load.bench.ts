/**
 * The native server under the loads of a day: messages at a fixed rate by an open loop, a long roster, messages that wait for
 * who was away, and a storm of presence. The server is a process of its own, and so are its clients: this one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figure, median, report } from './lib/measure.ts';
import { BenchClient } from './server/client.ts';
import { makePairs } from './server/closed-loop.ts';
import { openLoop } from './server/open-loop.ts';
import { startProcess } from './server/process.ts';
import { forGenerator, seed, userOf } from './server/seed.ts';
import { inParallel, resume } from './server/sign-in.ts';
import { reportSync } from './server/sync-time.ts';

const rate = 2000;
const rounds = 5;
const many = 10_000;
const crowd = 500;
const watchers = 50;
const toggles = 40;

const directory = mkdtempSync(join(tmpdir(), 'natter-bench-'));
try {
  await fixedRate();
  await roster();
  await drain();
  await presenceStorm();
  reportSync(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

async function fixedRate(): Promise<void> {
  const server = await startProcess('natter-process.ts', join(directory, 'rate'), forGenerator);
  const pairs = await makePairs(server.url, 100);
  await openLoop(pairs, rate, 2);
  const latencies = await openLoop(pairs, rate, 20);
  const at = (share: number): string => figure(latencies[Math.floor(latencies.length * share)] ?? 0, 'ms');
  report(`${rate} messages / s, open loop: received after, p50`, at(0.5), '2 ms');
  report('  p99', at(0.99), '10 ms');
  report('  p99.9', at(0.999));
  await server.kill();
  const echoed = await echoAtFixedRate();
  report('  for comparison: the same frames back from a bare echo, p50', figure(echoed, 'ms'));
}

/** What clients, the clock of the schedule and the kernel take of the time by themselves: nothing is stored, nobody else is told. */
async function echoAtFixedRate(): Promise<number> {
  const echo = await startProcess('echo-process.ts');
  const clients = await Promise.all(Array.from({ length: 100 }, () => BenchClient.connect(echo.url)));
  const pairs = clients.map((client) => ({ sender: client, receiver: client, conversation: 'c1' }));
  await openLoop(pairs, rate, 2);
  const latencies = await openLoop(pairs, rate, 10);
  await echo.kill();
  return latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN;
}

/** The first answer and the answer to somebody who has the list already. */
async function roster(): Promise<void> {
  const dataDirectory = join(directory, 'roster');
  const contacts = Array.from({ length: many }, (_, index) => [1, index + 2] as const);
  await seed(dataDirectory, many + 1, contacts);
  const server = await startProcess('natter-process.ts', dataDirectory, forGenerator);
  const client = await resume(server.url, 1);
  const times: number[] = [];
  let bytes = 0;
  client.socket.on('message', (data: Buffer) => (bytes = data.length));
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const { contacts: rows } = await client.request({ type: 'roster' });
    times.push(performance.now() - start);
    if ((rows as unknown[]).length !== many) throw new Error('the roster is not complete');
  }
  report(`a roster of ${many}, complete and parsed: the first`, figure(times[0] ?? 0, 'ms'), '60 ms');
  report('  median', figure(median(times), 'ms'), '60 ms');
  await client.request({ type: 'roster', version: many });
  report('  unchanged', figure(bytes, 'bytes'), '1,024');
  await server.kill();
}

/** A device that was away asks page after page; it reads the cursor and keeps the text. */
async function drain(): Promise<void> {
  const server = await startProcess('natter-process.ts', join(directory, 'drain'), forGenerator);
  const [pair] = await makePairs(server.url, 1);
  if (pair === undefined) throw new Error('no pair');
  let answered = 0;
  pair.sender.onFrame = (frame) => {
    if (frame.startsWith('{"type":"reply"')) answered += 1;
  };
  pair.receiver.socket.terminate();
  for (let sent = 0; sent < many; sent += 1) {
    const body = { text: 'x'.repeat(120) };
    const { conversation } = pair;
    pair.sender.send(
      JSON.stringify({ type: 'send', id: 1000 + sent, clientId: `m${sent}`, conversation, body }),
    );
    if (sent % 100 === 99) while (answered < sent - 100) await sleep(1);
  }
  while (answered < many) await sleep(1);
  const times: number[] = [];
  const before = await server.usageAtRest();
  let peak = before.memory;
  for (let round = 0; round < rounds; round += 1) {
    const client = await BenchClient.connect(server.url);
    await client.request({ type: 'sign-in', address: 'receiver0', password: 'correct horse' });
    const start = performance.now();
    let updates = 0;
    for (let after = 0, more = true; more;) {
      const page = await client.request({ type: 'sync', after, limit: 500 });
      updates += (page['updates'] as unknown[]).length;
      after = Number(page['cursor']);
      more = page['more'] === true;
    }
    times.push(performance.now() - start);
    if (updates < many) throw new Error('messages are missing');
    client.socket.terminate();
    peak = Math.max(peak, (await server.usage()).memory);
  }
  report(
    `${many} messages that waited, read and parsed in pages: the first`,
    figure(times[0] ?? 0, 'ms'),
    '200 ms',
  );
  report('  median', figure(median(times), 'ms'), '200 ms');
  report('  memory of the server grew by', figure((peak - before.memory) / 1e6, 'MB'));
  await server.kill();
}

/** Everybody changes their presence again and again; each change goes to so many who watch. */
async function presenceStorm(): Promise<void> {
  const dataDirectory = join(directory, 'presence');
  const contacts: [number, number][] = [];
  for (let one = 0; one < crowd; one += 1)
    for (let step = 1; step <= watchers / 2; step += 1) contacts.push([one + 1, ((one + step) % crowd) + 1]);
  await seed(dataDirectory, crowd, contacts);
  const options = JSON.stringify({ ...JSON.parse(forGenerator), presenceCoalescing: 0 });
  const server = await startProcess('natter-process.ts', dataDirectory, options);
  const clients = await inParallel(crowd, 50, (number) => resume(server.url, number));
  let pushes = 0;
  for (const client of clients) {
    await client.request({ type: 'presence-watch', on: true });
    client.socket.removeAllListeners('message');
    client.socket.on('message', (data: Buffer) => {
      // "{"type":"presence"
      if (data[9] === 0x70) pushes += 1;
    });
  }
  const storm = async (changes: number, name: string): Promise<void> => {
    const wanted = pushes + changes * crowd * watchers;
    for (let change = 0; change < changes; change += 1) {
      for (const client of clients)
        client.send(
          `{"type":"presence-set","id":1,"availability":"${change % 2 === 0 ? 'away' : 'available'}","text":"${name}${change}"}`,
        );
      const goal = wanted - (changes - change - 1) * crowd * watchers;
      for (let patience = 0; pushes < goal && patience < 30_000; patience += 1) await sleep(1);
    }
    if (pushes < wanted) throw new Error(`${wanted - pushes} pushes never came, of ${userOf(1)} and others`);
  };
  await storm(5, 'warm');
  const before = await server.usage();
  const start = performance.now();
  await storm(toggles, 't');
  const seconds = (performance.now() - start) / 1000;
  const { cpu } = await server.usage();
  const deliveries = toggles * crowd * watchers;
  report(
    `presence storm, ${watchers} watchers each`,
    `${figure(deliveries / seconds, '/ s')}, ${figure(deliveries / (cpu - before.cpu), '/ CPU-s')}`,
    '150,000',
  );
  await server.kill();
}
