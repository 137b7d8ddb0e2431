import { startInspircd, startIrcdHybrid, startNgircd } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa, type IssuedCertificate, type TestCa } from '@natter/testing/tls';
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

/** A server that lets people in by a password. */
interface PasswordServer {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly ca: TestCa;
  stop(): Promise<void>;
}

/** What makes one. */
type Start = (options: {
  ca: TestCa;
  password: string;
  certificate?: IssuedCertificate;
}) => Promise<PasswordServer>;

/** Servers without accounts of their own, and what each has beyond RFC 2812. */
const KINDS: Readonly<Record<string, { start: Start; enabled: readonly string[] }>> = {
  ngircd: { start: startNgircd, enabled: [] },
  'ircd-hybrid': { start: startIrcdHybrid, enabled: [] },
  inspircd: {
    start: startInspircd,
    enabled: ['message-tags', 'echo-message', 'labeled-response', 'batch', 'server-time'],
  },
};

export const startNgircdServers = (): Promise<ConformanceServers> => startServers('ngircd');
export const startIrcdHybridServers = (): Promise<ConformanceServers> => startServers('ircd-hybrid');
export const startInspircdServers = (): Promise<ConformanceServers> => startServers('inspircd');

async function startServers(kind: string): Promise<ConformanceServers> {
  const { start, enabled } = KINDS[kind]!;
  const ca = await createTestCa();
  const certificate = await ca.issueFaulty('self-signed', ['localhost', '127.0.0.1']);
  const [server, untrusted] = await Promise.all([
    start({ ca, password }),
    start({ ca, password, certificate }),
  ]);
  let count = 0;
  return {
    setup: (faults = {}) => setup({ server, untrusted, enabled, faults, number: (count += 1) }),
    stop: async () => void (await Promise.all([server.stop(), untrusted.stop()])),
  };
}

async function setup(parts: {
  server: PasswordServer;
  untrusted: PasswordServer;
  enabled: readonly string[];
  faults: ConnectionFaults;
  number: number;
}): Promise<AdapterSetup> {
  const { server, untrusted, enabled, faults, number } = parts;
  const upstream = { host: server.host, port: server.tlsPort };
  const proxy = await startFaultProxy({ upstream, faults, print: () => {} });
  const nick = `me${number}`;
  const peer = await IrcPeer.start({
    host: server.host,
    port: server.port,
    nick: `Peer${number}`,
    other: nick,
    serverPassword: password,
    capabilities: enabled.filter((name) => name !== 'labeled-response'),
  });
  // Declared is what this server can do, by the same function that the session tells its account's capabilities with.
  const capabilities = accountCapabilities({ enabled: new Set(enabled), denied: undefined });
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
