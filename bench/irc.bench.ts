/**
 * IRC: channel lines through the adapter into a hub, held against bare irc-framework parsing the same bytes; a line that
 * never ends; a channel of ten thousand; what an idle account costs. The server is a process of its own; figures are
 * those of this one, in CPU time where that is what counts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createIrcAdapter } from '@natter/adapter-irc';
import { createHub, memoryBlobs, memorySecrets, memoryStore, type AccountId, type Hub } from '@natter/core';
import IrcFramework from 'irc-framework';
import { channelLines } from './irc/lines.ts';
import { figure, median, report, time } from './lib/measure.ts';
import { startProcess } from './server/process.ts';

const LINES = 100_000;
const MEMBERS = 10_000;
const IDLE = 50;
const ROUNDS = 5;
const { signal } = new AbortController();

const server = await startProcess('../irc/server-process.ts', String(LINES), String(MEMBERS));
try {
  await measureIdle();
  await measureLines();
  await measureEndless();
  await measureBigChannel();
} finally {
  await server.kill();
}
process.exit(0);

async function openHub(): Promise<Hub> {
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createIrcAdapter()],
    backoff: { base: 60_000, cap: 60_000 },
  });
  await hub.connect();
  return hub;
}

async function signIn(hub: Hub, nick: string): Promise<AccountId> {
  const config = { signIn: 'none', floodBurst: 1000, floodPerSecond: 1000 };
  const address = `${nick}@127.0.0.1:${server.url}`;
  const { account } = await hub.handlers.methods['account.add']({ network: 'irc', address, config }, signal);
  if (account === null) throw new Error(`${nick} could not sign in`);
  await until(() => hub.profile.statuses.get(account)?.state.phase === 'online');
  return account;
}

function join(hub: Hub, account: AccountId, address: string): void {
  const change = { action: 'join', address } as const;
  void hub.handlers.methods['room.change']({ key: address, account, change }, signal);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(1);
}

/** Milliseconds of CPU time of all of this process. */
async function cpu(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measureLines(): Promise<void> {
  const bytes = channelLines(LINES);
  const parser: number[] = [];
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    parser.push(parseAlone(bytes));
    bare.push(await parseBare());
    ours.push(await ingest());
  }
  const [parserTime, bareTime, ourTime] = [parser, bare, ours].map((times) => Math.min(...times));
  const rate = (milliseconds = Number.NaN): string => figure(LINES / (milliseconds / 1000), '/ CPU-second');
  report('irc-framework: its line parser alone, from memory', rate(parserTime));
  report('irc-framework: a client that reads and parses channel lines', rate(bareTime));
  report('natter: reads, parses and ingests them into a hub', rate(ourTime));
  report('  held against the client', figure((bareTime ?? 0) / (ourTime ?? 0), 'x'), 'target 0.5 x');
}

function parseAlone(bytes: Buffer): number {
  let last = '';
  const spent = time(() => {
    for (let at = 0; at < bytes.length; at += 65_536) {
      const lines = (last + bytes.toString('utf8', at, at + 65_536)).split('\r\n');
      last = lines.pop() ?? '';
      for (const line of lines) IrcFramework.ircLineParser(line);
    }
  });
  if (last !== '') throw new Error('the last line was not whole');
  return spent;
}

/** The same lines over the same kind of link, told as messages and thrown away. */
async function parseBare(): Promise<number> {
  const client = new IrcFramework.Client();
  let [ready, heard] = [false, 0];
  client.on('registered', () => (ready = true));
  client.on('message', () => (heard += 1));
  client.connect({ host: '127.0.0.1', port: Number(server.url), nick: 'bare' });
  await until(() => ready);
  const spent = await cpu(async () => {
    client.join('#flood');
    await until(() => heard >= LINES);
  });
  client.quit();
  return spent;
}

async function ingest(): Promise<number> {
  const hub = await openHub();
  const account = await signIn(hub, 'reader');
  let heard = 0;
  hub.profile.news.event$.subscribe(({ messages }) => (heard += messages.length));
  const spent = await cpu(async () => {
    join(hub, account, '#flood');
    await until(() => heard >= LINES);
  });
  await hub.close();
  return spent;
}

/** From the first byte that we could have read to the end of the connection. */
async function measureEndless(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const hub = await openHub();
    const account = await signIn(hub, 'victim');
    join(hub, account, '#endless');
    const start = performance.now();
    await until(() => hub.profile.statuses.get(account)?.state.phase !== 'online');
    times.push(performance.now() - start);
    await hub.close();
  }
  report('a line of 48 MiB without an end is cut off', figure(median(times), 'ms'), 'target 100 ms');
}

async function measureBigChannel(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const hub = await openHub();
    const account = await signIn(hub, 'visitor');
    const start = performance.now();
    join(hub, account, '#big');
    const whole = (): boolean =>
      [...hub.profile.conversations.entries()].some(([, { membersComplete }]) => membersComplete);
    await until(whole);
    times.push(performance.now() - start);
    await hub.close();
  }
  report(
    `a channel of ${MEMBERS.toLocaleString('en')} members is entered`,
    figure(median(times), 'ms'),
    'target 1 s',
  );
}

async function measureIdle(): Promise<void> {
  const hub = await openHub();
  await signIn(hub, 'idle0');
  const before = await memory();
  for (let index = 1; index <= IDLE; index += 1) await signIn(hub, `idle${index}`);
  const each = ((await memory()) - before) / IDLE / 1e6;
  report(`an idle account, ${IDLE} of them after the first`, figure(each, 'MB'), 'target 4 MB');
  await hub.close();
}

async function memory(): Promise<number> {
  await delay(200);
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
