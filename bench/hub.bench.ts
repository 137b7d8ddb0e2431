/**
 * The hub's way of a message: 8 adapters commit batches at once -> commit (aliases, dedupe, order, unread) -> memory store
 * -> live collections -> 3 subscribers. Held against a bare RxJS merge + share of the same messages with 3 subscribers
 * and one Map write under a composite key. In CPU time of the main thread; the two take turns in one process, and the
 * best round of each counts: whatever else the machine does can only slow a round down.
 */
import { map, merge, share, Subject } from 'rxjs';
import { createHub, memoryBlobs, memorySecrets, memoryStore, remoteKey } from '@natter/core';
import type { Adapter, Batch, Hub, Message, MessageIn, OrderKey, Session, SessionHost } from '@natter/core';
import { profiles } from '@natter/testing/memory';
import { figure, report } from './lib/measure.ts';

const ACCOUNTS = 8;
const CONVERSATIONS = 20;
const BATCHES = 120;
const BATCH = 50;
/** Of a batch, how many messages had come before: every source repeats itself. */
const REPEATED = 3;
/** A hub runs for days: what is measured is code that the engine has compiled. */
const WARM_UP = 4;
const ROUNDS = 15;
/** So that a round of bare RxJS lasts about as long as one of the hub: it is as often disturbed, and collects its own garbage. */
const BARE_PASSES = 6;

function message(account: number, n: number): MessageIn {
  const conversation = n % CONVERSATIONS;
  return {
    stable: remoteKey(`s${account}-${n}`),
    claimed: `c${n}`,
    operation: null,
    part: 0,
    sender: {
      key: remoteKey(`friend${conversation}`),
      self: false,
      contact: remoteKey(`friend${conversation}`),
      name: null,
      proof: 'account',
    },
    sentAt: 1.7e12 + n,
    receivedAt: 1.7e12 + n,
    content: {
      kind: 'text',
      text: `message ${n} of account ${account}: see you at the usual place at eight`,
    },
    trust: 'server',
  };
}

/** Batches of live traffic over several conversations, in the order of each. */
function makeBatches(account: number): Batch[] {
  return Array.from({ length: BATCHES }, (_, batch) => {
    const first = Math.max(0, batch * (BATCH - REPEATED) - REPEATED);
    const byConversation = new Map<number, number[]>();
    for (let n = first; n < first + BATCH; n += 1) {
      byConversation.set(n % CONVERSATIONS, [...(byConversation.get(n % CONVERSATIONS) ?? []), n]);
    }
    return {
      origin: 'live',
      events: [...byConversation].map(([conversation, numbers]) => ({
        type: 'timeline',
        conversation: remoteKey(`room${conversation}`),
        place: { by: 'key', keys: numbers.map((n) => String(n).padStart(9, '0') as OrderKey) },
        items: numbers.map((n) => message(account, n)),
      })),
      cursors: { account: String(first + BATCH) },
    };
  });
}

/** An adapter that hands over what it is given as fast as the hub takes it. */
function floodAdapter(account: number, sessions: SessionHost[]): Adapter {
  return {
    id: `flood${account}`,
    name: 'Flood',
    contract: 1,
    capabilities: profiles.total.capabilities,
    configSchema: { type: 'object' },
    login: () => ({
      next: async () => ({ kind: 'done', key: remoteKey('me'), address: `me${account}` }),
      cancel: async () => {},
    }),
    open: (_account, host) => {
      const run: Session['run'] = async (_resume, signal) => {
        host.phase('online');
        sessions[account] = host;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { why: 'stopped' };
      };
      // Only `run` is called on an account that nobody asks anything of.
      return { run } as Session;
    },
  };
}

async function makeHub(): Promise<{ hub: Hub; sessions: SessionHost[] }> {
  const sessions: SessionHost[] = [];
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: Array.from({ length: ACCOUNTS }, (_, account) => floodAdapter(account, sessions)),
  });
  await hub.connect();
  const { signal } = new AbortController();
  for (let account = 0; account < ACCOUNTS; account += 1) {
    await hub.handlers.methods['account.add'](
      { network: `flood${account}`, address: `me${account}`, config: {} },
      signal,
    );
  }
  while (sessions.filter(Boolean).length < ACCOUNTS) await new Promise((resolve) => setTimeout(resolve, 1));
  return { hub, sessions };
}

/** Messages a second through the hub. */
async function throughHub(batches: readonly (readonly Batch[])[]): Promise<number> {
  const { hub, sessions } = await makeHub();
  let heard = 0;
  const told: (readonly Message[])[] = [];
  hub.profile.news.event$.subscribe(({ messages }) => told.push(messages));
  for (let subscriber = 0; subscriber < 3; subscriber += 1) {
    hub.profile.news.event$.subscribe(({ messages }) => {
      for (const { id } of messages) if (id !== '') heard += 1;
    });
  }
  hub.profile.conversations.delta$.subscribe();
  const start = process.threadCpuUsage();
  await Promise.all(
    sessions.map(async (session, account) => {
      for (const batch of batches[account] ?? []) await session.commit(batch);
    }),
  );
  const took = milliseconds(process.threadCpuUsage(start));
  const { unique, all } = counts(batches);
  const ids = new Set(told.flatMap((messages) => messages.map(({ id }) => id)));
  if (ids.size !== unique || heard < 3 * unique) throw new Error(`Heard ${ids.size} of ${unique} messages.`);
  await hub.close();
  return (all * 1000) / took;
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function counts(batches: readonly (readonly Batch[])[]): { all: number; unique: number } {
  const messages = batches.flatMap((account) => account.flatMap((batch) => messagesOf(batch)));
  return { all: messages.length, unique: new Set(messages.map(({ stable }) => stable)).size };
}

function messagesOf(batch: Batch): readonly MessageIn[] {
  return batch.events.flatMap((event) => (event.type === 'timeline' ? event.items : []));
}

/** Messages a second through bare RxJS and a Map. */
function throughRxjs(batches: readonly (readonly Batch[])[]): number {
  const { all, unique } = counts(batches);
  const passes = Array.from({ length: BARE_PASSES }, () => barePass(batches));
  const start = process.threadCpuUsage();
  for (const pass of passes) pass.run();
  const took = milliseconds(process.threadCpuUsage(start));
  for (const { rows, heard } of passes) {
    if (rows.size !== unique || heard() !== 3 * all) throw new Error(`Heard ${heard()} messages.`);
  }
  return (BARE_PASSES * all * 1000) / took;
}

/** All messages once through a `merge` and `share` of their own into a Map of their own. */
function barePass(batches: readonly (readonly Batch[])[]): {
  readonly rows: ReadonlyMap<string, MessageIn>;
  readonly heard: () => number;
  readonly run: () => void;
} {
  const sources = batches.map(() => new Subject<MessageIn>());
  const merged = merge(
    ...sources.map((source, account) => source.pipe(map((item) => ({ account, item })))),
  ).pipe(share());
  const rows = new Map<string, MessageIn>();
  let heard = 0;
  merged.subscribe(({ account, item }) => {
    rows.set(`${account}\n${item.stable}`, item);
    heard += 1;
  });
  merged.subscribe(() => (heard += 1));
  merged.subscribe(() => (heard += 1));
  return {
    rows,
    heard: () => heard,
    run() {
      for (let batch = 0; batch < BATCHES; batch += 1) {
        batches.forEach((account, i) => {
          const next = account[batch];
          if (next !== undefined) for (const item of messagesOf(next)) sources[i]?.next(item);
        });
      }
    },
  };
}

const batches = Array.from({ length: ACCOUNTS }, (_, account) => makeBatches(account));
const hubRates: number[] = [];
const bareRates: number[] = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  globalThis.gc?.();
  const bareRate = throughRxjs(batches);
  globalThis.gc?.();
  const hubRate = await throughHub(batches);
  if (round < WARM_UP) continue;
  bareRates.push(bareRate);
  hubRates.push(hubRate);
}
const [bare, hub] = [Math.max(...bareRates), Math.max(...hubRates)];
report('8 adapters, bare RxJS merge + share + keyed Map', figure(bare / 1000, 'messages/ms'));
report('8 adapters through the hub and the memory store', figure(hub / 1000, 'messages/ms'));
report('ratio of the hub to bare RxJS', figure(hub / bare, 'x'), '>= 0.25x');
