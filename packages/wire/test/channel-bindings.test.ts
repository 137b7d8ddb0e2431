import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { createTestCa } from '@natter/testing/tls';
import { expect, it, onTestFinished } from 'vitest';
import { channelBindings, connectSocket, handshake } from '../src/node/index.ts';

const { signal } = new AbortController();

/** Both ends of a connection of this version, and the certificate. */
async function connected(version: SecureVersion): Promise<[TLSSocket, TLSSocket]> {
  const ca = await createTestCa();
  const issued = await ca.issue({ hosts: ['localhost'] });
  const server = createServer({ cert: issued.chain, key: issued.key, maxVersion: version });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = await connectSocket({ host: '127.0.0.1', port, time: 5_000 }, signal);
  const trust = { authorities: ca.certificate, pinned: [] };
  const secured = await handshake(socket, {
    name: 'localhost',
    trust,
    client: null,
    protocols: [],
    time: 5_000,
    signal,
  });
  const [peer] = await accepted;
  onTestFinished(() => void [secured, peer].map((each) => each.destroy()));
  return [secured, peer];
}

it('TLS 1.3 has an exporter (RFC 9266), and the certificate (RFC 5929)', async () => {
  const [client, server] = await connected('TLSv1.3');
  const bindings = channelBindings(client);
  expect(channelBindings(client)).toEqual(bindings);
  const label = 'EXPORTER-Channel-Binding';
  expect(bindings).toEqual([
    { type: 'tls-exporter', data: new Uint8Array(server.exportKeyingMaterial(32, label, Buffer.alloc(0))) },
    {
      type: 'tls-server-end-point',
      data: new Uint8Array(createHash('sha256').update(client.getPeerCertificate().raw).digest()),
    },
  ]);
});

it('TLS 1.2 has the first Finished, which is the client’s (RFC 5929 section 3)', async () => {
  const [client, server] = await connected('TLSv1.2');
  const [unique, certificate] = channelBindings(client);
  expect(unique).toEqual({ type: 'tls-unique', data: new Uint8Array(server.getPeerFinished()!) });
  expect(certificate?.type).toBe('tls-server-end-point');
});
