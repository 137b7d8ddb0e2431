import { createServer } from '@natter/server';
import type { DemoHome } from '../home.ts';
import { ALICE, JULIET, mailLike } from './network.ts';
import type { DemoNetwork } from './network.ts';

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
    ...mailLike(server.name),
    config: { server: server.url },
    forgetful: false,
    stop: () => server.close(),
  };
}
