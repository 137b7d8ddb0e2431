import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type NatterServer, type ServerOptions } from '@natter/server';
import type { AdapterSetup, Means } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults, type FaultProxy } from '@natter/testing/proxy';
import { createNativeAdapter } from '../../src/index.ts';
import { NativePeer } from './peer.ts';

/** The real server on a fresh folder, with a proxy before it that can harm every connection. */
export interface RealNetwork {
  readonly server: NatterServer;
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

/** Hashing is made cheap: it is the server's tests that care. */
const passwordCost = { memory: 64, passes: 1 };
const password = 'correct horse';

/** Starts both, with the accounts alice and bob. */
export async function startRealNetwork(
  faults: ConnectionFaults = {},
  options: Partial<ServerOptions> = {},
): Promise<RealNetwork> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'natter-adapter-native-'));
  const server = await createServer({
    dataDirectory,
    port: 0,
    passwordCost,
    presenceCoalescing: 5,
    presenceGrace: 200,
    ...options,
  });
  for (const user of ['alice', 'bob']) await server.administration.addUser(user, password);
  const upstream = { host: '127.0.0.1', port: server.port };
  const proxy = await startFaultProxy({ upstream, faults, seed: 1, print: () => {} });
  return {
    server,
    proxy,
    close: async () => {
      await proxy.close();
      await server.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

/** What happens to each connection by its number, from 0. */
export type FaultsOf = (connection: number) => ConnectionFaults;

/** What the conformance suite wants: alice by the adapter and through the proxy, bob by hand and without it. */
export async function setupRealNetwork(faultsOf?: FaultsOf): Promise<AdapterSetup> {
  const network = await startRealNetwork(faultsOf?.(0) ?? {});
  const { server, proxy } = network;
  const harmed = harm(proxy, faultsOf ?? (() => ({})));
  const peer = await NativePeer.start(server.url, 'bob', password, `alice@${server.name}`);
  return {
    adapter: createNativeAdapter(),
    account: { address: `alice@127.0.0.1:${proxy.port}`, config: {}, answers: { password } },
    peer,
    // On a link that is slow by itself it would show nothing but that.
    means: { ...meansOf(proxy), ...(faultsOf === undefined && { flood: (texts) => sendAll(peer, texts) }) },
    close: async () => {
      await peer.stop();
      await network.close();
      await harmed;
    },
  };
}

/** Sets the faults of each connection to come, until the proxy is closed. */
async function harm(proxy: FaultProxy, faultsOf: FaultsOf): Promise<void> {
  for (let connection = 1; ; connection += 1) {
    const closed = await proxy.nextConnection().then(
      () => false,
      () => true,
    );
    if (closed) return;
    proxy.faults = faultsOf(connection);
  }
}

async function sendAll(peer: NativePeer, texts: readonly string[]): Promise<void> {
  await Promise.all(texts.map((text) => peer.send(text)));
}

function meansOf(proxy: FaultProxy): Partial<Means> {
  return {
    cut: () => proxy.cutAll('reset'),
    down: (down) => {
      proxy.refusing = down;
      if (down) proxy.cutAll('reset');
    },
  };
}
