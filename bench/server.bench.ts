/**
 * The native server: durable 1:1 messages with receipts, per second of its CPU, against a bare WebSocket echo of the
 * same frames. After the run it is killed, started again, and every acknowledged message is counted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, report } from './lib/measure.ts';
import { BenchClient } from './server/client.ts';
import { durableMessages, echo, makePairs } from './server/closed-loop.ts';
import { startProcess } from './server/process.ts';
import { reportSync } from './server/sync-time.ts';

const load = { pairs: 20, inFlight: 16, seconds: 5 };
const directory = mkdtempSync(join(tmpdir(), 'natter-bench-'));

try {
  const echoRate = await measureEcho();
  const dataDirectory = join(directory, 'data');
  const acknowledged = await measureMessages(dataDirectory, echoRate);
  await countAfterKill(dataDirectory, acknowledged);
  reportSync(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(process.exitCode ?? 0);

/** Echoes a CPU-second. */
async function measureEcho(): Promise<number> {
  const server = await startProcess('echo-process.ts');
  await echo(server.url, { ...load, seconds: 1 });
  const before = await server.usage();
  const { messages } = await echo(server.url, load);
  const { cpu } = await server.usage();
  await server.kill();
  const rate = messages / (cpu - before.cpu);
  report('bare WebSocket echo', figure(rate, '/ CPU-second'));
  return rate;
}

async function measureMessages(dataDirectory: string, echoRate: number): Promise<number> {
  const server = await startProcess('natter-process.ts', dataDirectory);
  const pairs = await makePairs(server.url, load.pairs);
  const warm = await durableMessages(pairs, { ...load, seconds: 1 });
  const before = await server.usage();
  const run = await durableMessages(pairs, load);
  const after = await server.usage();
  const rate = run.messages / (after.cpu - before.cpu);
  const percentile = (share: number): number =>
    run.latencies[Math.floor(run.latencies.length * share)] ?? Number.NaN;
  report(
    'durable messages with receipts, 20 pairs x 16 in flight',
    figure(run.messages / run.seconds, '/ second'),
  );
  report('', figure(rate, '/ CPU-second'), 'target 50,000');
  report('  held against the echo', figure(rate / echoRate, 'x'), 'target 0.22 x');
  report(
    '  acknowledged after, p50 and p99',
    `${figure(percentile(0.5), 'ms')}, ${figure(percentile(0.99), 'ms')}`,
  );
  report('  memory of the server', figure(after.memory / 1e6, 'MB'));
  await server.kill();
  return warm.messages + run.messages;
}

/** What was acknowledged is there: the sequences are dense, so the newest ones add up. */
async function countAfterKill(dataDirectory: string, acknowledged: number): Promise<void> {
  const server = await startProcess('natter-process.ts', dataDirectory);
  let found = 0;
  for (let index = 0; index < load.pairs; index += 1) {
    const client = await BenchClient.connect(server.url);
    await client.request({ type: 'sign-in', address: `sender${index}`, password: 'correct horse' });
    const { conversations } = await client.request({ type: 'conversations' });
    const [conversation] = conversations as { lastSeq: number }[];
    found += conversation?.lastSeq ?? 0;
    client.socket.terminate();
  }
  await server.kill();
  report(
    'after kill -9: acknowledged and missing',
    figure(Math.max(0, acknowledged - found), 'messages'),
    'target 0',
  );
  if (found < acknowledged) process.exitCode = 1;
}
