import { serverAvailability, startProsody } from '@natter/e2e';
import type { JsonObject } from '@natter/core/model';
import { createServer } from '@natter/server';
import type { DemoHome } from './home.ts';

/** The people of the demo. Each has the same user name everywhere. */
export const ALICE = 'alice';
export const JULIET = 'juliet';

/** A network that runs on this machine for as long as the demo does. */
export interface DemoNetwork {
  /** Which adapter speaks it. */
  readonly network: 'native' | 'xmpp';
  /** What runs, for the reader of the transcript. */
  readonly title: string;
  /** What stands after the @ of its users. */
  readonly domain: string;
  /** Settings of an account on it. They differ at each start, since ports and certificates do. */
  readonly config: JsonObject;
  stop(): Promise<void>;
}

/** Starts the bundled server on a free loopback port, on data that the next start finds again. */
export async function startNative(home: DemoHome): Promise<DemoNetwork> {
  const server = await createServer({
    dataDirectory: home.server,
    host: '127.0.0.1',
    port: 0,
    name: 'natter.demo',
    presenceGrace: 0,
  });
  const users = (await server.administration.listUsers()).map(({ address }) => address.split('@')[0]);
  for (const name of [ALICE, JULIET]) {
    if (!users.includes(name)) await server.administration.addUser(name, home.password);
  }
  return {
    network: 'native',
    title: 'the bundled native server',
    domain: server.name,
    config: { server: server.url },
    stop: () => server.close(),
  };
}

/** Starts a Prosody of the demo's own, or says why there is none. */
export async function startXmpp(home: DemoHome): Promise<DemoNetwork | { readonly missing: string }> {
  const availability = serverAvailability('prosody');
  if (!availability.available) return { missing: availability.reason };
  const domain = 'xmpp.demo';
  const server = await startProsody({
    hosts: [domain],
    users: [ALICE, JULIET].map((name) => ({ name, password: home.password })),
  });
  return {
    network: 'xmpp',
    title: `Prosody ${availability.version}`,
    domain,
    config: { server: `xmpps://${server.host}:${server.tlsPort}`, ca: server.ca.certificate },
    stop: () => server.stop(),
  };
}
