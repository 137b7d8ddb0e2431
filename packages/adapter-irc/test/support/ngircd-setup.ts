import { startNgircd, type NgircdServer } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa } from '@natter/testing/tls';
import { accountCapabilities } from '../../src/capabilities.ts';
import { createIrcAdapter } from '../../src/index.ts';
import { IrcPeer } from './irc-peer.ts';

/** Servers for the conformance suite: one to use, and one whose certificate nobody vouches for. */
export interface ConformanceServers {
  setup(faults?: ConnectionFaults): Promise<AdapterSetup>;
  stop(): Promise<void>;
}

/** As fast as a test may be on a server of its own. */
export const FAST = { floodBurst: 1000, floodPerSecond: 1000, pollSeconds: 1 };

const password = 'server-pass';

export async function startNgircdServers(): Promise<ConformanceServers> {
  const ca = await createTestCa();
  const certificate = await ca.issueFaulty('self-signed', ['localhost', '127.0.0.1']);
  const [server, untrusted] = await Promise.all([
    startNgircd({ ca, password }),
    startNgircd({ ca, password, certificate }),
  ]);
  let count = 0;
  return {
    setup: (faults = {}) => setup({ server, untrusted, faults, number: (count += 1) }),
    stop: async () => void (await Promise.all([server.stop(), untrusted.stop()])),
  };
}

async function setup(parts: {
  server: NgircdServer;
  untrusted: NgircdServer;
  faults: ConnectionFaults;
  number: number;
}): Promise<AdapterSetup> {
  const { server, untrusted, faults, number } = parts;
  const upstream = { host: server.host, port: server.tlsPort };
  const proxy = await startFaultProxy({ upstream, faults, print: () => {} });
  const nick = `me${number}`;
  const peer = await IrcPeer.start({
    host: server.host,
    port: server.port,
    nick: `Peer${number}`,
    other: nick,
    serverPassword: password,
  });
  // Declared is what this server can do, by the same function that the session tells its account's capabilities with.
  const capabilities = accountCapabilities({ enabled: new Set(), denied: undefined });
  return {
    adapter: { ...createIrcAdapter(), capabilities },
    account: {
      address: `${nick}@127.0.0.1:${proxy.port}`,
      config: { ca: server.ca.certificate, signIn: 'server', ...FAST },
      answers: { password },
    },
    peer,
    means: {
      cut: () => proxy.cutAll('reset'),
      down: (down) => void (proxy.refusing = down),
      distrust: () => void (proxy.upstream = { host: untrusted.host, port: untrusted.tlsPort }),
    },
    async close() {
      await peer.close();
      await proxy.close();
    },
  };
}
