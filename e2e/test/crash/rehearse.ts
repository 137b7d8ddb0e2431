import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import type { Adapter } from '@natter/core';
import { checkHistory, parseHistory } from '@natter/testing/checker';
import type { Entry, Verdict } from '@natter/testing/checker';
import { Party } from './party.ts';
import type { PartyOptions } from './party.ts';

const program = fileURLToPath(new URL('killable-party.ts', import.meta.url));

/** A conversation between one side that is killed at a point and begun again, and one that lives on. */
export interface Rehearsal {
  readonly network: string;
  addressOf(name: string): string;
  /** Both have an account, with the {@link password}. */
  readonly names: readonly [killed: string, other: string];
  readonly config: PartyOptions['config'];
  /** How many messages each side sends. */
  readonly messages: number;
  /** Whether each side gives the other a file after them. */
  readonly file?: boolean;
  readonly adapter: Adapter;
  readonly point: string;
  /** Resolves when somebody has signed in so far that what is said to them reaches them; at once if it is not given. */
  ready?(name: string): Promise<void>;
}

/** Everybody's. */
export const password = 'a long password';

/** What the history checker says, and whether the point was passed at all. */
export interface Report {
  readonly verdict: Verdict;
  readonly killed: boolean;
}

/** Plays it through: the killed side is begun again without a killer, and both must end whole. */
export async function rehearse({ adapter, point, ready, ...rehearsal }: Rehearsal): Promise<Report> {
  const [alice, bob] = parties(rehearsal);
  const folder = mkdtempSync(join(tmpdir(), 'natter-crash-'));
  const log = join(folder, 'history.ndjson');
  writeFileSync(log, '');
  const entries: Entry[] = [];
  try {
    const ports = {
      store: memoryStore(),
      secrets: memorySecrets(),
      blobs: memoryBlobs(),
      adapter,
    };
    const other = await Party.open(bob, ports, (entry) => entries.push(entry));
    await ready?.(bob.name);
    const talking = (async () => {
      await ready?.(alice.name);
      await other.run();
    })();
    talking.catch(() => undefined);
    const killed = (await play([JSON.stringify(alice), folder, log, point])) === 'SIGKILL';
    if (killed) await play([JSON.stringify(alice), folder, log, '']);
    await talking;
    await other.finish();
    const history = [...parseHistory(readFileSync(log, 'utf8')), ...entries];
    return { verdict: checkHistory(dedupeInvokes(history)), killed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parties({
  names: [killed, lives],
  addressOf,
  ...same
}: Omit<Rehearsal, 'adapter' | 'point' | 'ready'>): [PartyOptions, PartyOptions] {
  const party = (name: string, peer: string): PartyOptions => ({
    name,
    peer,
    address: addressOf(name),
    peerAddress: addressOf(peer),
    password,
    ...same,
  });
  return [party(killed, lives), party(lives, killed)];
}

/** The second life of a killed side asks for the same sends again, by the same keys. */
function dedupeInvokes(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (entry.type !== 'invoke' && entry.type !== 'ok') return true;
    const name = `${entry.type} ${entry.message}`;
    return !seen.has(name) && seen.add(name) !== undefined;
  });
}

function play(parameters: readonly string[]): Promise<'SIGKILL' | 'done'> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...parameters], { timeout: 60_000 }, (error, _, stderr) => {
      if (error === null) resolve('done');
      else if (error.signal === 'SIGKILL') resolve('SIGKILL');
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
}
