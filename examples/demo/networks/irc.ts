import { serverAvailability, startErgo } from '@natter/e2e';
import type { DemoHome } from '../home.ts';
import { ALICE, JULIET } from './network.ts';
import type { DemoNetwork, MissingNetwork } from './network.ts';

/** Starts an Ergo of the demo's own, or says why there is none. */
export async function startIrc({ password }: DemoHome): Promise<DemoNetwork | MissingNetwork> {
  const availability = serverAvailability('ergo');
  if (!availability.available) return { missing: availability.reason };
  const domain = 'irc.demo';
  const server = await startErgo();
  for (const name of [ALICE, JULIET]) await server.addUser({ name, password });
  return {
    network: 'irc',
    title: `Ergo ${availability.version}`,
    domain,
    addressOf: (user) => `${user}@${domain}`,
    // On IRC people are called by their nick, within one network.
    contactOf: (user) => user,
    config: { server: `ircs://${server.host}:${server.tlsPort}`, ca: server.ca.certificate },
    forgetful: false,
    stop: () => server.stop(),
  };
}
