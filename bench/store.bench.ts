/**
 * The SQLite store: taking history in against bare inserts of the same rows into the same tables and indexes, opening a
 * conversation, and searching, with grep over the same text as the measure of a rare word.
 *
 *   node bench/store.bench.ts [--full]      100,000 messages, or 1,000,000
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { AccountId, ConversationId, MessageLookup, Store, Write } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { bareRows, openBare } from './lib/bare-sqlite.ts';
import { makeHistory } from './lib/history.ts';
import type { History } from './lib/history.ts';
import { figure, median, report } from './lib/measure.ts';

const full = process.argv.includes('--full');
const size = full ? 1_000_000 : 100_000;
const page = 100;
const folder = mkdtempSync(join(tmpdir(), 'natter-bench-'));

function pageOf(history: History, from: number): Write[] {
  const messages = Array.from({ length: page }, (_, at) => history.message(from + at));
  return [
    { put: 'messages', values: messages },
    { put: 'cursor', value: { account: 'a' as AccountId, key: 'archive', value: `${from + page}` } },
  ];
}

/** Messages a second: the store, page by page as an archive is caught up, and bare statements on the same pages. */
async function ingest(): Promise<void> {
  const count = full ? 50_000 : 20_000;
  const history = makeHistory(count, 200);
  const pages = Array.from({ length: count / page }, (_, at) => pageOf(history, at * page));
  const rows = pages.map(bareRows);
  const rates = { store: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 3; round += 1) {
    const bare = await openBare(join(folder, `bare-${round}.db`));
    let start = performance.now();
    for (const some of rows) bare.insert(some);
    rates.bare.push((count * 1000) / (performance.now() - start));
    bare.close();
    const store = await openSqliteStore({ file: join(folder, `store-${round}.db`) });
    start = performance.now();
    for (const writes of pages) await store.apply(writes);
    rates.store.push((count * 1000) / (performance.now() - start));
    await store.close();
  }
  const ratio = median(rates.store.map((rate, at) => rate / (rates.bare[at] ?? Number.NaN)));
  report(`bare node:sqlite, pages of ${page}, every page synced`, figure(median(rates.bare), 'messages/s'));
  report('store, the same pages', figure(median(rates.store), 'messages/s'));
  report('store / bare', figure(ratio, 'x'), '>= 0.5');
}

/** Fills the store that is read afterwards, and a flat file with the same texts. */
async function fill(history: History, store: Store, textFile: string): Promise<void> {
  const text = createWriteStream(textFile);
  const start = performance.now();
  for (let from = 0; from < size; from += 1000) {
    const messages = Array.from({ length: 1000 }, (_, at) => history.message(from + at));
    await store.apply([{ put: 'messages', values: messages }]);
    text.write(messages.map((message) => `${message.content.text}\n`).join(''));
  }
  text.end();
  await finished(text);
  report(
    `filled with ${size.toLocaleString('en')} messages, made meanwhile`,
    figure((performance.now() - start) / 1000, 's'),
  );
}

/** Milliseconds at the 50th and 99th percentile. */
async function percentiles(
  count: number,
  once: (at: number) => Promise<unknown>,
): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const start = performance.now();
    await once(at);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { p50: times[count >> 1] ?? Number.NaN, p99: times[Math.floor(count * 0.99)] ?? Number.NaN };
}

function reportPercentiles(what: string, { p50, p99 }: { p50: number; p99: number }, target: string): void {
  report(what, `${p50.toFixed(2)} / ${p99.toFixed(2)} ms`, target);
}

async function openConversations(history: History, file: string): Promise<void> {
  const start = performance.now();
  const store = await openSqliteStore({ file });
  await store.load();
  const opened = performance.now();
  await store.timeline({ conversation: history.conversation(7), at: 'end', before: 50, after: 0 });
  report('open the store and load', figure(opened - start, 'ms'));
  report('first conversation', figure(performance.now() - opened, 'ms'));
  const each = await percentiles(1000, async (at) => {
    const conversation = history.conversation(at * 7919);
    const query = { conversation, at: 'end', before: 50, after: 0 } as const;
    await Promise.all([
      store.timeline(query),
      store.edges(conversation),
      store.countUnread(conversation, null),
    ]);
  });
  reportPercentiles('open a conversation: rows, ends, unread (p50 / p99)', each, '< 50 ms');
  const lookups = (at: number): MessageLookup[] => [{ message: history.message((at * 7919) % size).id }];
  reportPercentiles(
    'find one message (p50 / p99)',
    await percentiles(1000, (at) => store.findMessages(lookups(at))),
    '',
  );
  await store.close();
}

async function search(history: History, store: Store, textFile: string): Promise<void> {
  const [first = '', second = '', third = ''] = history.common;
  const queries: readonly [
    what: string,
    query: { text: string; conversations?: readonly ConversationId[] },
  ][] = [
    ['a common word', { text: `${first} ` }],
    ['two common words', { text: `${second} ${third}` }],
    ['a beginning of three letters', { text: 'kat' }],
    ['a beginning of two letters', { text: 'ka' }],
    ['two Chinese characters', { text: '东京' }],
    ['a common word in one conversation', { text: first, conversations: [history.conversation(3)] }],
  ];
  for (const [what, query] of queries) {
    const found = await store.search({ ...query, limit: 50 });
    const timed = await percentiles(300, () => store.search({ ...query, limit: 50 }));
    reportPercentiles(`search, newest 50: ${what}, ${found.length} hits`, timed, 'p99 < 10 ms');
  }
  const rare = await percentiles(300, () => store.search({ text: history.rare, limit: 50 }));
  reportPercentiles('search: a word that stands in one message', rare, '');
  const grep = median(
    Array.from({ length: 9 }, () => {
      const start = performance.now();
      const { status } = spawnSync('grep', ['-F', history.rare, textFile], {
        env: { LC_ALL: 'C', PATH: process.env['PATH'] },
      });
      if (status !== 0) throw new Error('grep found nothing');
      return performance.now() - start;
    }),
  );
  report(
    `grep -F for it in ${figure(statSync(textFile).size / 1e6, 'MB')} of the same text`,
    figure(grep, 'ms'),
  );
  report('grep / search', figure(grep / rare.p50, 'x'), full ? '>= 100' : '>= 100 at --full');
}

try {
  await ingest();
  const history = makeHistory(size, 200);
  const [file, textFile] = [join(folder, 'natter.db'), join(folder, 'texts')];
  let store = await openSqliteStore({ file });
  await fill(history, store, textFile);
  await store.close();
  report('database', figure(statSync(file).size / 1e6, 'MB'));
  await openConversations(history, file);
  store = await openSqliteStore({ file });
  await search(history, store, textFile);
  await store.close();
} finally {
  rmSync(folder, { recursive: true });
}
