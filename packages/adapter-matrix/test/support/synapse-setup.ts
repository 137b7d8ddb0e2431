import type { JsonObject } from '@natter/core';
import { startSynapse } from '@natter/e2e';
import type { AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy, type ConnectionFaults } from '@natter/testing/proxy';
import { createTestCa } from '@natter/testing/tls';
import { createMatrixAdapter } from '../../src/index.ts';
import { Client } from './client.ts';
import { MatrixPeer } from './matrix-peer.ts';
import { startTlsFront } from './tls-front.ts';

/** A Synapse for the conformance suite, behind TLS: once with a good certificate, and once with one that nobody vouches for. */
export interface ConformanceServer {
  setup(faults?: ConnectionFaults, config?: JsonObject): Promise<AdapterSetup>;
  stop(): Promise<void>;
}

export async function startConformanceServer(): Promise<ConformanceServer> {
  const ca = await createTestCa();
  const [server, good, unknown] = await Promise.all([
    startSynapse(),
    ca.issue({ hosts: ['localhost', '127.0.0.1'] }),
    ca.issueFaulty('self-signed', ['localhost']),
  ]);
  const front = await startTlsFront(server.port, good);
  const untrusted = await startTlsFront(server.port, unknown);
  const password = 'pass "wörd"';
  let count = 0;
  return {
    async setup(faults = {}, config = {}) {
      const [name, other] = [`me${(count += 1)}`, `peer${count}`];
      const [address] = await Promise.all([
        server.addUser({ name, password }),
        server.addUser({ name: other, password }),
      ]);
      const [account, peer] = await Promise.all([
        Client.signIn(server.url, name, password),
        Client.signIn(server.url, other, password),
      ]);
      const proxy = await startFaultProxy({ upstream: front, faults, print: () => {} });
      return {
        adapter: createMatrixAdapter(),
        account: {
          address,
          config: { ...config, server: `https://localhost:${proxy.port}`, ca: ca.certificate },
          answers: { password },
        },
        peer: new MatrixPeer(peer, account),
        means: {
          cut: () => proxy.cutAll('reset'),
          down: (down) => void (proxy.refusing = down),
          distrust: () => void (proxy.upstream = untrusted),
        },
        close: () => proxy.close(),
      };
    },
    async stop() {
      await Promise.all([front.close(), untrusted.close()]);
      await server.stop();
    },
  };
}
