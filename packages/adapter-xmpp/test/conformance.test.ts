import { afterAll, beforeAll } from 'vitest';
import { describeServer, startProsody, type ProsodyServer } from '@natter/e2e';
import { describeAdapter, type AdapterSetup } from '@natter/testing/conformance';
import { startFaultProxy } from '@natter/testing/proxy';
import { createXmppAdapter } from '../src/index.ts';
import { XmppPeer } from './support/xmpp-peer.ts';

describeServer('XMPP conforms', 'prosody', () => {
  let server: ProsodyServer;
  let count = 0;
  beforeAll(async () => (server = await startProsody({ passwordHash: 'SHA-256', archive: 'sqlite' })));
  afterAll(() => server?.stop());

  async function setup(): Promise<AdapterSetup> {
    const [password, number, ca] = ['pass "wörd"', (count += 1), server.ca.certificate];
    const address = server.addUser({ name: `me${number}`, password });
    server.addUser({ name: `peer${number}`, password });
    const proxy = await startFaultProxy({ upstream: server, print: () => {} });
    const peer = await XmppPeer.start({
      name: `peer${number}`,
      password,
      server: `${server.host}:${server.port}`,
      ca,
      other: address,
    });
    return {
      adapter: createXmppAdapter(),
      account: { address, config: { server: `127.0.0.1:${proxy.port}`, ca }, answers: { password } },
      peer,
      means: { cut: () => proxy.cutAll('reset'), down: (down) => void (proxy.refusing = down) },
      async close() {
        await peer.close();
        await proxy.close();
      },
    };
  }

  describeAdapter('on a real Prosody', { setup });
});
