/**
 * The native server: many connections. Sign-ins by token, held against bare WebSocket handshakes, and what an idle connection
 * costs in memory, held against a bare one. The server is a process of its own, and so are its clients: this one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figure, report } from './lib/measure.ts';
import type { BenchClient } from './server/client.ts';
import { startProcess } from './server/process.ts';
import type { MeasuredProcess } from './server/process.ts';
import { forGenerator, seed } from './server/seed.ts';
import { connectBare, inParallel, resume } from './server/sign-in.ts';
import { reportSync } from './server/sync-time.ts';

const connections = 10_000;
/** Each takes its turn, so that what else the machine does spoils both alike. */
const turn = 1_000;
const width = 100;
/** The first ones pay for code that is compiled and pools that grow. */
const warm = 1_000;
const settle = 3_000;

/** A server with the connections that it holds, and what they have cost it. */
class Side {
  readonly #server: MeasuredProcess;
  readonly #connect: (url: string, number: number) => Promise<BenchClient>;
  readonly clients: BenchClient[] = [];
  #memoryBefore = 0;
  #cpu = 0;
  #wall = 0;

  constructor(server: MeasuredProcess, connect: (url: string, number: number) => Promise<BenchClient>) {
    this.#server = server;
    this.#connect = connect;
  }

  async warmUp(): Promise<void> {
    const first = await inParallel(warm, width, (number) =>
      this.#connect(this.#server.url, connections + number),
    );
    for (const { socket } of first) socket.terminate();
    await sleep(settle);
    this.#memoryBefore = (await this.#server.usageAtRest()).memory;
  }

  /** Lets go of what it holds: this process has no descriptors for both sides at once. */
  closeAll(): void {
    for (const { socket } of this.clients.splice(0)) socket.terminate();
  }

  async takeTurn(from: number): Promise<void> {
    const before = await this.#server.usage();
    const start = performance.now();
    this.clients.push(
      ...(await inParallel(turn, width, (number) => this.#connect(this.#server.url, from + number))),
    );
    this.#wall += (performance.now() - start) / 1000;
    this.#cpu += (await this.#server.usage()).cpu - before.cpu;
  }

  get perCpuSecond(): number {
    return connections / this.#cpu;
  }

  get rates(): string {
    return `${figure(connections / this.#wall, '/ s')}, ${figure(this.perCpuSecond, '/ CPU-s')}`;
  }

  /** Kilobytes of each connection, when nothing happens. */
  async memory(): Promise<number> {
    await sleep(settle);
    await this.#server.usageAtRest();
    await sleep(settle);
    const { memory } = await this.#server.usageAtRest();
    return (memory - this.#memoryBefore) / connections / 1024;
  }

  async end(): Promise<void> {
    this.closeAll();
    await this.#server.kill();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'natter-bench-'));
try {
  const dataDirectory = join(directory, 'data');
  await seed(dataDirectory, connections + warm);
  const bare = new Side(await startProcess('echo-process.ts'), connectBare);
  const natter = new Side(await startProcess('natter-process.ts', dataDirectory, forGenerator), resume);
  for (const side of [bare, natter]) await side.warmUp();
  for (let from = 0; from < connections; from += turn) {
    await bare.takeTurn(from);
    bare.closeAll();
    await natter.takeTurn(from);
  }
  report('bare WebSocket handshakes', bare.rates);
  report('sign-ins by token, from the connection on', natter.rates, '5,000');
  report('  held against the bare handshakes', figure(natter.perCpuSecond / bare.perCpuSecond, 'x'), '0.5 x');
  for (const client of natter.clients) await client.request({ type: 'sync', after: 0 });
  const kilobytes = await natter.memory();
  await natter.end();
  for (let from = 0; from < connections; from += turn) await bare.takeTurn(from);
  const bareKilobytes = await bare.memory();
  await bare.end();
  report('a bare idle connection', figure(bareKilobytes, 'KB'));
  report('an idle connection that is signed in and follows its log', figure(kilobytes, 'KB'), '15 KB');
  reportSync(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
