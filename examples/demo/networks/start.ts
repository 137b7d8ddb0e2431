import type { DemoHome } from '../home.ts';
import type { Say } from '../main-job.ts';
import { startIrc } from './irc.ts';
import { startMatrix } from './matrix.ts';
import { startNative } from './native.ts';
import type { DemoNetwork, MissingNetwork } from './network.ts';
import { startXmpp } from './xmpp.ts';

interface Starter {
  /** As people call the network. */
  readonly name: string;
  readonly start: (home: DemoHome) => Promise<DemoNetwork | MissingNetwork>;
}

/** Real servers of others, in the order in which the transcript has them. */
const STARTERS: readonly Starter[] = [
  { name: 'XMPP', start: startXmpp },
  { name: 'Matrix', start: startMatrix },
  { name: 'IRC', start: startIrc },
];

/** Starts the native network and all others that can be had, and says which cannot and why; `stopping` stops them. */
export async function startNetworks(
  home: DemoHome,
  stopping: AsyncDisposableStack,
  say: Say,
): Promise<readonly DemoNetwork[]> {
  const others = Promise.all(
    STARTERS.map(async ({ name, start }) => ({ name, network: await attempt(() => start(home), stopping) })),
  );
  const native = await startNative(home);
  stopping.defer(() => native.stop());
  const networks = [native];
  for (const { name, network } of await others) {
    if ('missing' in network) say(`No ${name} here: ${network.missing}.`);
    else networks.push(network);
  }
  for (const { title, domain } of networks) say(`Started ${title}, ${domain}.`);
  return networks;
}

/** A server that is installed and does not start is missing, too. */
async function attempt(
  start: () => Promise<DemoNetwork | MissingNetwork>,
  stopping: AsyncDisposableStack,
): Promise<DemoNetwork | MissingNetwork> {
  try {
    const network = await start();
    if (!('missing' in network)) stopping.defer(() => network.stop());
    return network;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { missing: text.trim().split('\n', 1)[0] ?? text };
  }
}
