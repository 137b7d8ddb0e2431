import { serverAvailability, startSynapse } from '@natter/e2e';
import type { DemoHome } from '../home.ts';
import { ALICE, JULIET } from './network.ts';
import type { DemoNetwork, MissingNetwork } from './network.ts';

/** Starts a Synapse of the demo's own, or says why there is none. */
export async function startMatrix({ password }: DemoHome): Promise<DemoNetwork | MissingNetwork> {
  const availability = serverAvailability('synapse');
  if (!availability.available) return { missing: availability.reason };
  const server = await startSynapse();
  for (const name of [ALICE, JULIET]) await server.addUser({ name, password });
  const address = (user: string): string => `@${user}:${server.serverName}`;
  return {
    network: 'matrix',
    title: `Synapse ${availability.version}`,
    domain: server.serverName,
    addressOf: address,
    contactOf: address,
    config: { server: server.url },
    forgetful: true,
    stop: () => server.stop(),
  };
}
