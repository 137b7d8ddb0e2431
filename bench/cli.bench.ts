/**
 * What it takes to start a command: `natter contacts --json` over the daemon and from the store, with 200 contacts,
 * against a Node that does nothing. The rounds take turns, so that a noisy neighbour disturbs all alike.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mintId, remoteKey } from '@natter/core';
import type { AccountId, Write } from '@natter/core';
import { profilePaths } from '@natter/daemon/paths';
import { openSqliteStore } from '@natter/store-sqlite';
import { figure, median, report } from './lib/measure.ts';

const program = fileURLToPath(new URL('../packages/cli/bin/natter.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'natter-bench-'));
const environment = { ...process.env, NATTER_HOME: home, NATTER_SECRETS: 'plain' };
const contactCount = 200;
const rounds = 25;

function run(...argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${String(status)}: ${stderr}`);
  return stdout;
}

/** A disabled account and its contacts: nothing connects. */
function profile(account: AccountId): Write[] {
  const writes: Write[] = [
    {
      put: 'account',
      value: {
        id: account,
        network: 'native',
        address: 'me@localhost',
        self: null,
        name: null,
        config: {},
        deviceId: 'bench',
        enabled: false,
        presence: { availability: 'available', text: null },
      },
    },
  ];
  for (let number = 0; number < contactCount; number += 1) {
    const [id, person] = [mintId('contact'), mintId('person')];
    const address = `contact${number}@localhost`;
    writes.push(
      { put: 'person', value: { id: person, alias: null, contacts: [id], ordered: false, mergedInto: null } },
      {
        put: 'contact',
        value: {
          id,
          account,
          key: remoteKey(address),
          address,
          name: `Contact ${number}`,
          alias: null,
          groups: [],
          avatar: null,
          subscription: { to: 'granted', from: 'granted' },
          request: null,
          blocked: false,
          listed: true,
          stability: 'permanent',
          dormant: false,
          verified: [],
          bridge: null,
          person,
          home: person,
        },
      },
    );
  }
  return writes;
}

function contacts(): void {
  const lines = run(program, 'contacts', '--json').trimEnd().split('\n');
  if (lines.length !== contactCount) throw new Error(`${lines.length} people instead of ${contactCount}`);
}

/** Milliseconds by the clock on the wall: what is waited for is another process. */
function wait(call: () => void): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}

/** Doing nothing and listing, in turns: the middle of each, and the fastest of each, which a busy machine spoils least. */
function compare(what: string, most: number): void {
  const [nothing, list]: [number[], number[]] = [[], []];
  contacts();
  for (let round = 0; round < rounds; round += 1) {
    nothing.push(wait(() => run('-e', '0')));
    list.push(wait(contacts));
  }
  const base = { median: median(nothing), fastest: Math.min(...nothing) };
  const taken = { median: median(list), fastest: Math.min(...list) };
  report('node -e 0', `${figure(base.median, 'ms')} (${figure(base.fastest, 'ms')})`);
  report(what, `${figure(taken.median, 'ms')} (${figure(taken.fastest, 'ms')})`);
  const ratios = [taken.median / base.median, taken.fastest / base.fastest].map((ratio) =>
    figure(ratio, 'x'),
  );
  report('  as a ratio, of the medians (of the fastest)', `${ratios.join(' (')})`, `at most ${most}x`);
}

try {
  const store = await openSqliteStore({ file: profilePaths(environment).storeFile });
  await store.apply(profile(mintId('account')));
  await store.close();
  compare('natter contacts --json, from the store', 8);
  run(program, 'daemon', '--detach');
  compare('natter contacts --json, with a running daemon', 3);
} finally {
  run(program, 'daemon', '--stop');
  rmSync(home, { recursive: true, force: true });
}
