/**
 * XMPP: ten thousand archived messages into the SQLite store, held against a bare parse of the same bytes and bare inserts of
 * the same rows; a contact list of ten thousand of a real server, held against a bare socket that reads it; what an idle account costs. The
 * server is a process of its own; figures are those of this one, in CPU time where that is what counts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { memoryStore, type AccountId } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { SaxesParser } from 'saxes';
import { bareRows, openBare } from './lib/bare-sqlite.ts';
import { makeHistory } from './lib/history.ts';
import { figure, median, report, spend } from './lib/measure.ts';
import { startProcess } from './server/process.ts';
import { enable, openHub, signIn, until, type Server } from './xmpp/clients.ts';
import { measureRoster } from './xmpp/roster.ts';
import { archivedMessages } from './xmpp/stanzas.ts';

const MESSAGES = 10_000;
const CONTACTS = 10_000;
const IDLE = 30;
const ROUNDS = 3;
const PAGE = 100;
const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));

const server = await startProcess('../xmpp/server-process.ts', String(MESSAGES));
const at = JSON.parse(server.url) as Server;
try {
  await measureIdle();
  await measureArchive();
  await measureRoster(CONTACTS, (port, domain) =>
    startProcess('../xmpp/contacts-process.ts', String(port), domain),
  );
} finally {
  await server.kill();
  rmSync(folder, { recursive: true });
}
process.exit(0);

async function measureArchive(): Promise<void> {
  const [parse, insert, ours] = [[], [], []] as { cpu: number; wall: number }[][];
  for (let round = 0; round < ROUNDS; round += 1) {
    parse?.push(await spend(parseBare));
    insert?.push(await insertBare(join(folder, `bare-${round}.db`)));
    ours?.push(await receive(join(folder, `ours-${round}.db`), `archive${round}`));
  }
  const best = (figures: { cpu: number }[] = []): number => Math.min(...figures.map(({ cpu }) => cpu));
  const bare = best(parse) + best(insert);
  const rate = (milliseconds: number): string =>
    figure(MESSAGES / (milliseconds / 1000), 'messages / CPU-second');
  report('saxes alone, the same bytes', rate(best(parse)));
  report(`bare node:sqlite, pages of ${PAGE}, every page synced`, rate(best(insert)));
  report('both', rate(bare));
  report('natter: from the socket into the store, 10,000 archived messages', rate(best(ours)));
  report('  held against both', figure(bare / best(ours), 'x'), '>= 0.6');
  const wall = (figures: { wall: number }[] = []): number => median(figures.map(({ wall }) => wall));
  report('on the wall: both, one after the other', figure(wall(parse) + wall(insert), 'ms'));
  report('on the wall: natter, parsing and storing at the same time', figure(wall(ours), 'ms'));
  report('  held against both', figure((wall(parse) + wall(insert)) / wall(ours), 'x'), '>= 0.6');
}

function parseBare(): void {
  const bytes = Buffer.from(archivedMessages(MESSAGES).join(''));
  const parser = new SaxesParser({ xmlns: true, position: false });
  let elements = 0;
  parser.on('opentag', () => (elements += 1));
  parser.on('text', () => {});
  const decoder = new TextDecoder('utf-8', { fatal: true });
  parser.write('<stream>');
  for (let at = 0; at < bytes.length; at += 16_384)
    parser.write(decoder.decode(bytes.subarray(at, at + 16_384), { stream: true }));
  if (elements < MESSAGES) throw new Error('not all was parsed');
}

async function insertBare(file: string): Promise<{ cpu: number; wall: number }> {
  const history = makeHistory(MESSAGES, 20);
  const pages = Array.from({ length: MESSAGES / PAGE }, (_, page) =>
    bareRows([
      {
        put: 'messages',
        values: Array.from({ length: PAGE }, (_, at) => history.message(page * PAGE + at)),
      },
      { put: 'cursor', value: { account: 'a' as AccountId, key: 'archive', value: String(page) } },
    ]),
  );
  const bare = await openBare(file);
  const spent = await spend(() => {
    for (const page of pages) bare.insert(page);
  });
  bare.close();
  return spent;
}

async function receive(file: string, name: string): Promise<{ cpu: number; wall: number }> {
  const hub = await openHub(await openSqliteStore({ file }));
  const account = await signIn(hub, `${name}@bench.test`, at);
  const unread = (): number => {
    let sum = 0;
    for (const [, conversation] of hub.profile.conversations.entries()) sum += conversation.unread;
    return sum;
  };
  await enable(hub, account, false);
  const before = unread();
  const spent = await spend(async () => {
    await enable(hub, account, true);
    await until(() => unread() >= before + MESSAGES);
  });
  await hub.close();
  return spent;
}

async function measureIdle(): Promise<void> {
  const hub = await openHub(memoryStore());
  await signIn(hub, 'idle0@bench.test', at);
  const before = await settledMemory();
  for (let number = 1; number <= IDLE; number += 1) await signIn(hub, `idle${number}@bench.test`, at);
  const each = (await settledMemory()) - before;
  report('an idle account, each after the first', figure(each / IDLE / 1e6, 'MB'), '< 8');
  await hub.close();
}

async function settledMemory(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await delay(200);
  }
  return process.memoryUsage().rss;
}
