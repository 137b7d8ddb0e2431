/**
 * XMPP: ten thousand archived messages into the SQLite store, held against a bare parse of the same bytes and bare inserts of
 * the same rows; a contact list of ten thousand, held against a bare socket that reads it; what an idle account costs. The
 * server is a process of its own; figures are those of this one, in CPU time where that is what counts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import {
  createHub,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  type AccountId,
  type Hub,
  type Store,
} from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { SaxesParser } from 'saxes';
import { bareRows, openBare } from './lib/bare-sqlite.ts';
import { makeHistory } from './lib/history.ts';
import { figure, median, report, spend } from './lib/measure.ts';
import { startProcess } from './server/process.ts';
import { archivedMessages, presences, rosterItems } from './xmpp/stanzas.ts';

const MESSAGES = 10_000;
const CONTACTS = 10_000;
const IDLE = 30;
const ROUNDS = 3;
const PAGE = 100;
const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));

const server = await startProcess('../xmpp/server-process.ts', String(MESSAGES), String(CONTACTS));
const { port, ca } = JSON.parse(server.url) as { port: number; ca: string };
try {
  await measureIdle();
  await measureArchive();
  await measureRoster();
} finally {
  await server.kill();
  rmSync(folder, { recursive: true });
}
process.exit(0);

async function openHub(store: Store): Promise<Hub> {
  const hub = await createHub({
    store,
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createXmppAdapter()],
    backoff: { base: 60_000, cap: 60_000 },
  });
  await hub.connect();
  return hub;
}

async function signIn(hub: Hub, name: string): Promise<AccountId> {
  const config = { server: `xmpps://127.0.0.1:${port}`, ca };
  const address = `${name}@bench.test`;
  const { methods } = hub.handlers;
  const { interaction } = await methods['account.add']({ network: 'xmpp', address, config }, signal);
  const answer = { action: 'submit', values: { password: 'x' } };
  const { account } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error(`${name} could not sign in`);
  await until(() => hub.profile.statuses.get(account)?.state.phase === 'online');
  return account;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(1);
}

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
      ...Array.from(
        { length: PAGE },
        (_, at) => ({ put: 'message', value: history.message(page * PAGE + at) }) as const,
      ),
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
  const account = await signIn(hub, name);
  const { methods } = hub.handlers;
  const unread = (): number => {
    let sum = 0;
    for (const [, conversation] of hub.profile.conversations.entries()) sum += conversation.unread;
    return sum;
  };
  await methods['account.enable']({ account, enabled: false }, signal);
  await until(() => hub.profile.statuses.get(account)?.state.phase === 'offline');
  const before = unread();
  const spent = await spend(async () => {
    await methods['account.enable']({ account, enabled: true }, signal);
    await until(() => unread() >= before + MESSAGES);
  });
  await hub.close();
  return spent;
}

async function measureRoster(): Promise<void> {
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push((await spend(readBare)).wall);
    const hub = await openHub(memoryStore());
    ours.push(
      (
        await spend(async () => {
          const account = await signIn(hub, `roster${round}`);
          await until(() => hub.profile.statuses.get(account)?.roster === 'ready');
        })
      ).wall,
    );
    await hub.close();
  }
  report(
    'a bare TLS socket that signs in and reads 10,000 contacts and presences',
    figure(Math.min(...bare), 'ms'),
  );
  report('natter: signs in twice, and the contact list is ready', figure(Math.min(...ours), 'ms'));
  report('  held against the socket', figure(Math.min(...ours) / Math.min(...bare), 'x'), '<= 2');
}

/** Says what a client says, and counts what comes. */
function readBare(): Promise<void> {
  const expected = Buffer.byteLength(rosterItems(CONTACTS)) + Buffer.byteLength(presences(CONTACTS));
  const header = `<stream:stream to="bench.test" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">`;
  const auth = Buffer.from('\0roster\0x').toString('base64');
  return new Promise((resolve, reject) => {
    let read = 0;
    const socket = connect({ port, host: '127.0.0.1', ca, servername: 'bench.test' }, () => {
      socket.write(`${header}<auth mechanism="PLAIN">${auth}</auth>${header}`);
      socket.write(
        '<iq type="set" id="1"><bind/></iq><iq type="get" id="2"><query xmlns="jabber:iq:roster"/></iq><presence/>',
      );
    });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read < expected) return;
      socket.destroy();
      resolve();
    });
  });
}

async function measureIdle(): Promise<void> {
  const hub = await openHub(memoryStore());
  await signIn(hub, 'idle0');
  const before = await settledMemory();
  for (let at = 1; at <= IDLE; at += 1) await signIn(hub, `idle${at}`);
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
