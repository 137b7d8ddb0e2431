/**
 * The native server beside Prosody with its archive in SQLite on the same disk: 1:1 messages that are stored, delivered, and
 * answered with a receipt that comes back; 20 pairs, 16 in flight, no TLS, the two in turns. Prosody does not wait for the
 * disk before it delivers; natter does before it acknowledges.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAvailability, startProsody } from '@natter/e2e';
import { figure, median, report } from './lib/measure.ts';
import { durableMessages, makePairs } from './server/closed-loop.ts';
import { startProcess } from './server/process.ts';
import { reportSync } from './server/sync-time.ts';
import { XmppBenchClient } from './server/xmpp-client.ts';

const load = { pairs: 20, inFlight: 16, seconds: 4 };
const rounds = 3;
const password = 'correct horse';
const names = ['sender', 'receiver'].flatMap((role) =>
  Array.from({ length: load.pairs }, (_, index) => `${role}${index}`),
);
const inTheClear = {
  archive: 'sqlite',
  users: names.map((name) => ({ name, password })),
  forBench: true,
} as const;

const found = serverAvailability('prosody');
if (!found.available) {
  report('Prosody', 'not measured', found.reason);
  process.exit(0);
}
const directory = mkdtempSync(join(tmpdir(), 'natter-bench-'));
const prosody = await startProsody(inTheClear);
const natter = await startProcess('natter-process.ts', join(directory, 'data'));
try {
  const theirs = await xmppPairs();
  const ours = await makePairs(natter.url, load.pairs);
  const rates = { prosody: [] as number[], natter: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    rates.prosody.push((await archivedMessages(theirs, round)) / load.seconds);
    const { messages, seconds } = await durableMessages(ours, load);
    rates.natter.push(messages / seconds);
  }
  report(`Prosody ${found.version}, archive in SQLite`, figure(median(rates.prosody), 'messages / s'));
  report('natter, the same', figure(median(rates.natter), 'messages / s'));
  report('  held against it', figure(median(rates.natter) / median(rates.prosody), 'x'), '20 x');
  reportSync(directory);
} finally {
  await natter.kill();
  await prosody.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

interface XmppPair {
  readonly sender: XmppBenchClient;
  readonly receiver: XmppBenchClient;
  readonly to: string;
  readonly from: string;
}

async function xmppPairs(): Promise<XmppPair[]> {
  const signIn = (name: string): Promise<XmppBenchClient> =>
    XmppBenchClient.signIn(prosody.port, prosody.domain, name, password);
  return Promise.all(
    Array.from({ length: load.pairs }, async (_, index) => ({
      sender: await signIn(`sender${index}`),
      receiver: await signIn(`receiver${index}`),
      to: `receiver${index}@${prosody.domain}`,
      from: `sender${index}@${prosody.domain}`,
    })),
  );
}

/** Messages whose receipt (XEP-0184) came back. */
async function archivedMessages(pairs: readonly XmppPair[], round: number): Promise<number> {
  const end = performance.now() + load.seconds * 1000;
  const counts = await Promise.all(pairs.map((pair) => runPair(pair, round, end)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function runPair(
  { sender, receiver, to, from }: XmppPair,
  round: number,
  end: number,
): Promise<number> {
  const receipts = `xmlns='urn:xmpp:receipts'`;
  let next = 0;
  let waiting = 0;
  let count = 0;
  const send = (): void => {
    const id = `m${round}-${next}`;
    next += 1;
    waiting += 1;
    sender.send(
      `<message type='chat' to='${to}' id='${id}'><body>${'x'.repeat(120)}</body><request ${receipts}/></message>`,
    );
  };
  receiver.onText = eachId(/<message[^>]*\sid='(m[\d-]+)'/g, (id) =>
    receiver.send(
      `<message type='chat' to='${from}' id='r${id}'><received ${receipts} id='${id}'/></message>`,
    ),
  );
  await new Promise<void>((resolve) => {
    sender.onText = eachId(/<received[^>]*\sid='(m[\d-]+)'/g, () => {
      waiting -= 1;
      count += 1;
      if (performance.now() < end) send();
      else if (waiting === 0) resolve();
    });
    for (let started = 0; started < load.inFlight; started += 1) send();
  });
  return count;
}

/** Calls back for every id in text that comes in pieces. */
function eachId(pattern: RegExp, call: (id: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const whole = rest + text;
    let end = 0;
    for (const match of whole.matchAll(pattern)) {
      call(match[1] ?? '');
      end = match.index + match[0].length;
    }
    // A tag may be cut anywhere; what is before the last one is done with.
    rest = whole.slice(Math.max(end, whole.lastIndexOf('<')));
  };
}
