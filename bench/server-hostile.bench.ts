/**
 * What others notice of a slow reader, of handshakes that never end, and of strangers that flood: the times of ordinary
 * messages at a fixed rate, with and without, in turns; and the memory of the server.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, median, report } from './lib/measure.ts';
import { makePairs } from './server/closed-loop.ts';
import { openLoop } from './server/open-loop.ts';
import { startProcess } from './server/process.ts';
import { reportSync } from './server/sync-time.ts';

const rate = 500;
const seconds = 4;
const rounds = 5;
const attacks = {
  slowReader: 'a slow reader',
  slowLoris: '500 slow handshakes',
  flood: 'strangers that flood',
};

const directory = mkdtempSync(join(tmpdir(), 'natter-bench-'));
const server = await startProcess('natter-process.ts', join(directory, 'data'));
const attacker = async (url: string): Promise<ChildProcess> => {
  const forked = fork(fileURLToPath(new URL('server/hostile-process.ts', import.meta.url)), [url]);
  await once(forked, 'message');
  return forked;
};
const hostile = await attacker(server.url);
const bystander = await startProcess('echo-process.ts');
const elsewhere = await attacker(bystander.url);
const tell = async (whom: ChildProcess, what: string): Promise<void> => {
  whom.send(what);
  await once(whom, 'message');
};
const pairs = await makePairs(server.url, 20);
await openLoop(pairs, rate, 3);
const p99 = async (): Promise<number> => {
  const latencies = await openLoop(pairs, rate, seconds);
  return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
};
/** The medians of the rounds without the attack and with it. */
const inTurns = async (whom: ChildProcess, attack: string): Promise<readonly [number, number]> => {
  const [calm, under]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    calm.push(await p99());
    await tell(whom, attack);
    under.push(await p99());
    await tell(whom, 'stop');
  }
  return [median(calm), median(under)];
};
try {
  const { memory: before } = await server.usageAtRest();
  for (const [attack, name] of Object.entries(attacks)) {
    const [calm, under] = await inTurns(hostile, attack);
    report(`p99 of others without, and with ${name}`, `${figure(calm, 'ms')}, ${figure(under, 'ms')}`);
    report('  held against each other', figure(under / calm, 'x'), '1.2 x');
  }
  // What the attackers take from everybody on this machine by running on it.
  const [calm, under] = await inTurns(elsewhere, 'flood');
  report('  for comparison: the same flood at another process', figure(under / calm, 'x'));
  const { memory } = await server.usageAtRest();
  report('memory of the server grew by', figure((memory - before) / 1e6, 'MB'));
  reportSync(directory);
} finally {
  hostile.kill();
  elsewhere.kill();
  await bystander.kill();
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
