import { startProsody, type ProsodyOptions } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { XmppPeer } from './xmpp-peer.ts';

/** Two servers for the conformance suite: one to use, and one with the same users whose certificate nobody vouches for. */
export interface ConformanceServers {
  setup(faults?: ConnectionFaults): Promise<AdapterSetup>;
  stop(): Promise<void>;
}

export async function startConformanceServers(options: ProsodyOptions = {}): Promise<ConformanceServers> {
  const ca = await createTestCa();
  const certificate = await ca.issueFaulty('self-signed', ['localhost']);
  const [server, untrusted] = await Promise.all([
    startProsody({ ...options, ca, files: true }),
    startProsody({ ...options, ca, certificate }),
  ]);
  const password = 'pass "wörd"';
  let count = 0;
  return {
    async setup(faults = {}) {
      const [name, other] = [`me${(count += 1)}`, `peer${count}`];
      const address = server.addUser({ name, password });
      untrusted.addUser({ name, password });
      server.addUser({ name: other, password });
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
