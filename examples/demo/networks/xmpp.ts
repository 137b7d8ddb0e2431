import { serverAvailability, startProsody } from '@natter/e2e';
import type { DemoHome } from '../home.ts';
import { ALICE, JULIET, mailLike } from './network.ts';
import type { DemoNetwork, MissingNetwork } from './network.ts';

/** Starts a Prosody of the demo's own, or says why there is none. */
export async function startXmpp({ password }: DemoHome): Promise<DemoNetwork | MissingNetwork> {
  const availability = serverAvailability('prosody');
  if (!availability.available) return { missing: availability.reason };
  const domain = 'xmpp.demo';
  const server = await startProsody({
    hosts: [domain],
    users: [ALICE, JULIET].map((name) => ({ name, password })),
  });
  return {
    network: 'xmpp',
    title: `Prosody ${availability.version}`,
    domain,
    ...mailLike(domain),
    config: { server: `xmpps://${server.host}:${server.tlsPort}`, ca: server.ca.certificate },
    forgetful: false,
    stop: () => server.stop(),
  };
}
