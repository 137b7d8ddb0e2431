/**
 * What `npm start` runs: a native server and, where there is one, a Prosody; Alice's natter, whose profile the next start
 * uses again; and Juliet's, in memory. Prints a transcript; in a terminal it goes on with a line mode.
 */
import { join } from 'node:path';
import type { AccountId } from '@natter/core/model';
import { openAlice, openJuliet } from './clients.ts';
import { startFriend } from './friend.ts';
import { openHome } from './home.ts';
import { lineMode } from './line-mode.ts';
import { mainJob } from './main-job.ts';
import type { Say } from './main-job.ts';
import { ALICE, startNative, startXmpp } from './networks.ts';
import type { DemoNetwork } from './networks.ts';
import { signIn } from './sign-in.ts';

const say: Say = (line) => void process.stdout.write(`${line}\n`);

async function demo(stopping: AsyncDisposableStack): Promise<void> {
  const home = openHome(
    process.env['NATTER_DEMO_HOME'] ?? join(import.meta.dirname, '..', '..', '.natter-demo'),
  );
  const networks: DemoNetwork[] = [];
  for (const start of [startNative, startXmpp]) {
    const network = await start(home);
    if ('missing' in network) {
      say(`No XMPP here: ${network.missing}.`);
      continue;
    }
    stopping.defer(() => network.stop());
    networks.push(network);
    say(`Started ${network.title}, ${network.domain}.`);
  }

  const alice = await openAlice(home);
  stopping.defer(() => alice.close());
  const accounts = new Map<AccountId, DemoNetwork>();
  for (const network of networks) {
    accounts.set(await signIn(alice.link, network, ALICE, home.password), network);
    say(`Signed in as ${ALICE}@${network.domain}.`);
  }
  const juliet = await openJuliet();
  stopping.defer(() => juliet.close());
  const friend = await startFriend(juliet.link, networks, home.password);
  stopping.defer(() => friend.leave());

  await mainJob(alice.link, accounts, friend, say);
  if (process.stdin.isTTY && process.stdout.isTTY) await lineMode(alice.link, say);
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
