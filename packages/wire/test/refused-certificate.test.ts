import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createTestCa } from '@natter/testing/tls';
import { expect, it, onTestFinished } from 'vitest';
import { connectSocket, handshake } from '../src/node/index.ts';

const OTHER_FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

/** How a server sees a client leave that does not trust its certificate. */
async function refusedBy(pinned: readonly string[]): Promise<string> {
  const ca = await createTestCa();
  const { chain, key } = await ca.issue({ hosts: ['localhost'] });
  const server = createServer({ cert: chain, key });
  const left = new Promise<string>((resolve) => {
    server
      .on('tlsClientError', (_, socket) => socket.destroy())
      .once('tlsClientError', () => resolve('broken off'));
    server.once('secureConnection', (socket: TLSSocket) => {
      let said = '';
      socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
      socket.on('error', () => resolve('torn')).on('end', () => resolve(`closed${said}`));
    });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const socket = await connectSocket({ host: '127.0.0.1', port, time: 5000 }, signal);
  const trust = { authorities: null, pinned };
  const secured = handshake(socket, {
    name: 'localhost',
    trust,
    client: null,
    protocols: [],
    time: 5000,
    signal,
  });
  await expect(secured).rejects.toMatchObject({ code: 'certificate' });
  return left;
}

it('a certificate of an unknown authority breaks the handshake off', async () => {
  expect(await refusedBy([])).toBe('broken off');
});

it('a certificate other than the pinned one is told goodbye behind the handshake, and nothing else', async () => {
  expect(await refusedBy([OTHER_FINGERPRINT])).toBe('closed');
});
