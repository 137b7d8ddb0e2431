/**
 * What `npm start` runs: a native server and, where they can be had, a Prosody, a Synapse and an Ergo; Alice's natter, whose
 * profile the next start uses again; and Juliet's, in memory. Prints a transcript; in a terminal it goes on with a line mode.
 */
import { join } from 'node:path';
import type { ClientLink } from '@natter/core/link';
import type { AccountId } from '@natter/core/model';
import { openAlice, openJuliet } from './clients.ts';
import { startFriend } from './friend.ts';
import { openHome } from './home.ts';
import { lineMode } from './line-mode.ts';
import { mainJob } from './main-job.ts';
import type { Say } from './main-job.ts';
import { ALICE } from './networks/network.ts';
import type { DemoNetwork } from './networks/network.ts';
import { startNetworks } from './networks/start.ts';
import { signIn } from './sign-in.ts';

const say: Say = (line) => void process.stdout.write(`${line}\n`);

async function demo(stopping: AsyncDisposableStack): Promise<void> {
  const home = openHome(
    process.env['NATTER_DEMO_HOME'] ?? join(import.meta.dirname, '..', '..', '.natter-demo'),
  );
  const networks = await startNetworks(home, stopping, say);

  const alice = await openAlice(home);
  stopping.defer(() => alice.close());
  const accounts = new Map<AccountId, DemoNetwork>();
  for (const network of networks) {
    accounts.set(await signIn(alice.link, network, ALICE, home.password), network);
    say(`Signed in as ${network.addressOf(ALICE)}.`);
  }
  await rest(alice.link, accounts);
  const juliet = await openJuliet(home);
  stopping.defer(() => juliet.close());
  const friend = await startFriend(juliet.link, networks, home.password);
  stopping.defer(() => friend.leave());

  await mainJob(alice.link, accounts, friend, say);
  if (process.stdin.isTTY && process.stdout.isTTY) await lineMode(alice.link, say);
}

/** Accounts of an earlier start whose servers are not here today would be dialled in vain. */
async function rest(link: ClientLink, used: ReadonlyMap<AccountId, DemoNetwork>): Promise<void> {
  for (const { id } of await link.call('account.list', {}))
    if (!used.has(id)) await link.call('account.enable', { account: id, enabled: false });
}

const stopping = new AsyncDisposableStack();
const interrupted = Promise.withResolvers<never>();
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    process.exitCode = status;
    interrupted.reject(new Error('interrupted'));
  });
}
try {
  await Promise.race([demo(stopping), interrupted.promise]);
} catch (error) {
  process.exitCode ??= 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  await stopping.disposeAsync();
}
