/**
 * The native network on the client's side: ten thousand messages that came while nobody was there, from the socket into the
 * SQLite store, held against a bare socket that reads and parses the same pages and bare inserts of as many rows. The server
 * is a process of its own; figures are those of this one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createNativeAdapter } from '@natter/adapter-native';
import { createHub, memoryBlobs, memorySecrets, type AccountId } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { bareRows, openBare } from './lib/bare-sqlite.ts';
import { makeHistory } from './lib/history.ts';
import { figure, median, report, spend, type Spent } from './lib/measure.ts';
import { BenchClient } from './server/client.ts';
import { startProcess } from './server/process.ts';

const MESSAGES = 10_000;
const ROUNDS = 3;
const PAGE = 500;
const PASSWORD = 'a long password';
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));

const server = await startProcess('natter-process.ts', join(folder, 'server'));
try {
  await fill();
  await measure();
} finally {
  await server.kill();
  rmSync(folder, { recursive: true });
}
process.exit(0);

/** What waits for alice. */
async function fill(): Promise<void> {
  const alice = await BenchClient.connect(server.url);
  await alice.request({ type: 'register', user: 'alice', password: PASSWORD });
  const bob = await BenchClient.connect(server.url);
  await bob.request({ type: 'register', user: 'bob', password: PASSWORD });
  const history = makeHistory(MESSAGES, 20);
  let answered = 0;
  bob.onFrame = () => (answered += 1);
  for (let number = 0; number < MESSAGES; number += 1) {
    const { text } = history.message(number).content;
    bob.send(
      JSON.stringify({
        type: 'send',
        id: 1000 + number,
        clientId: `m${number}`,
        peer: 'alice',
        body: { text },
      }),
    );
    if (number % 128 === 127) while (answered <= number - 128) await delay(1);
  }
  while (answered < MESSAGES) await delay(1);
  for (const { socket } of [alice, bob]) socket.terminate();
}

async function measure(): Promise<void> {
  const [read, insert, ours]: [Spent[], Spent[], Spent[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    read.push(await spend(readBare));
    insert.push(await insertBare(join(folder, `bare-${round}.db`)));
    ours.push(await receive(join(folder, `ours-${round}.db`)));
  }
  const cpu = (spent: Spent[]): number => Math.min(...spent.map((each) => each.cpu));
  const wall = (spent: Spent[]): number => median(spent.map((each) => each.wall));
  const rate = (milliseconds: number): string =>
    figure(MESSAGES / (milliseconds / 1000), 'messages / CPU-second');
  report('a bare socket that reads and parses the pages', rate(cpu(read)));
  report(`bare node:sqlite, pages of ${PAGE}, every page synced`, rate(cpu(insert)));
  report('natter: from the socket into the store, 10,000 offline messages', rate(cpu(ours)));
  report('  held against both', figure((cpu(read) + cpu(insert)) / cpu(ours), 'x'), '>= 0.3');
  report('on the wall: both, one after the other', figure(wall(read) + wall(insert), 'ms'));
  report('on the wall: natter, with the sign-in', figure(wall(ours), 'ms'), '< 2000');
}

async function readBare(): Promise<void> {
  const client = await BenchClient.connect(server.url);
  await client.request({ type: 'sign-in', address: 'alice', password: PASSWORD });
  for (let after = 0, more = true; more;) {
    const page = await client.request({ type: 'sync', after, limit: PAGE });
    after = Number(page['cursor']);
    more = page['more'] === true;
  }
  client.socket.terminate();
}

async function insertBare(file: string): Promise<Spent> {
  const history = makeHistory(MESSAGES, 20);
  const pages = Array.from({ length: MESSAGES / PAGE }, (_, page) =>
    bareRows([
      {
        put: 'messages',
        values: Array.from({ length: PAGE }, (_, at) => history.message(page * PAGE + at)),
      },
      { put: 'cursor', value: { account: 'a' as AccountId, key: 'account', value: String(page) } },
    ]),
  );
  const bare = await openBare(file);
  const spent = await spend(() => {
    for (const page of pages) bare.insert(page);
  });
  bare.close();
  return spent;
}

/** A new device, whose log begins at the beginning. */
async function receive(file: string): Promise<Spent> {
  const hub = await createHub({
    store: await openSqliteStore({ file }),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createNativeAdapter()],
  });
  await hub.connect();
  const { methods } = hub.handlers;
  const address = `alice@${new URL(server.url).host}`;
  const unread = (): number =>
    [...hub.profile.conversations.entries()].reduce((sum, [, conversation]) => sum + conversation.unread, 0);
  const spent = await spend(async () => {
    const { interaction } = await methods['account.add']({ network: 'native', address, config: {} }, signal);
    const answer = { action: 'submit', values: { password: PASSWORD } };
    await methods['interaction.answer']({ interaction, answer }, signal);
    while (unread() < MESSAGES) await delay(1);
  });
  await hub.close();
  return spent;
}
