import { startEjabberd, startProsody, type ProsodyOptions } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa, type IssuedCertificate, type TestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { XmppPeer } from './xmpp-peer.ts';

/** Two servers for the conformance suite: one to use, and one with the same users whose certificate nobody vouches for. */
export interface ConformanceServers {
  setup(faults?: ConnectionFaults): Promise<AdapterSetup>;
  stop(): Promise<void>;
}

/** What the suite needs of a real server. */
interface RealServer {
  readonly host: string;
  readonly port: number;
  addUser(user: { readonly name: string; readonly password: string }): string | Promise<string>;
  stop(): Promise<void>;
}

type Start = (options: {
  readonly ca: TestCa;
  readonly certificate?: IssuedCertificate;
}) => Promise<RealServer>;

export function startConformanceServers(options: ProsodyOptions = {}): Promise<ConformanceServers> {
  return startPair((common) => startProsody({ ...options, ...common, files: true }));
}

export function startEjabberdServers(): Promise<ConformanceServers> {
  return startPair(startEjabberd);
}

async function startPair(start: Start): Promise<ConformanceServers> {
  const ca = await createTestCa();
  const certificate = await ca.issueFaulty('self-signed', ['localhost']);
  const [server, untrusted] = await Promise.all([start({ ca }), start({ ca, certificate })]);
  const password = 'pass "wörd"';
  let count = 0;
  return {
    async setup(faults = {}) {
      const [name, other] = [`me${(count += 1)}`, `peer${count}`];
      const address = await server.addUser({ name, password });
      await untrusted.addUser({ name, password });
      await server.addUser({ name: other, password });
      const proxy = await startFaultProxy({ upstream: server, faults, print: () => {} });
      const direct = { server: `${server.host}:${server.port}`, ca: ca.certificate };
      const peer = await XmppPeer.start({ name: other, password, other: address, ...direct });
      return {
        adapter: createXmppAdapter(),
        account: {
          address,
          config: { ...direct, server: `${proxy.host}:${proxy.port}` },
          answers: { password },
        },
        peer,
        means: {
          cut: () => proxy.cutAll('reset'),
          down: (down) => void (proxy.refusing = down),
          distrust: () => void (proxy.upstream = untrusted),
        },
        async close() {
          await peer.close();
          await proxy.close();
        },
      };
    },
    stop: async () => void (await Promise.all([server.stop(), untrusted.stop()])),
  };
}
