import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { createServer as createSecureServer } from 'node:tls';
import { createTestCa } from '@natter/testing/tls';
import { expect, it, onTestFinished } from 'vitest';
import { connectSocket, handshake } from '../src/node/index.ts';

const { signal } = new AbortController();

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The socket of the side that connects next. */
async function nextSocket(server: Server, event: 'connection' | 'secureConnection'): Promise<Socket> {
  const [socket] = (await once(server, event)) as [Socket];
  socket.on('error', () => {});
  return socket;
}

// Whoever takes a socket over may not listen yet when the other side resets it: an error that nobody hears ends the process,
// and this test with it.

it('a connection that is reset before anybody listens ends no process', async () => {
  const server = createPlainServer();
  const port = await listen(server);
  const accepted = nextSocket(server, 'connection');
  const socket = await connectSocket({ host: '127.0.0.1', port, time: 5000 }, signal);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  (await accepted).resetAndDestroy();
  socket.resume();
  await closed;
  expect(socket.destroyed).toBe(true);
});

it('a secured connection that is reset before anybody listens ends no process', async () => {
  const ca = await createTestCa();
  const issued = await ca.issue({ hosts: ['localhost'] });
  const server = createSecureServer({ cert: issued.chain, key: issued.key });
  const port = await listen(server);
  const accepted = nextSocket(server, 'connection');
  const socket = await connectSocket({ host: '127.0.0.1', port, time: 5000 }, signal);
  const trust = { authorities: ca.certificate, pinned: [] };
  const secured = await handshake(socket, {
    name: 'localhost',
    trust,
    client: null,
    protocols: [],
    time: 5000,
    signal,
  });
  const closed = new Promise((resolve) => secured.once('close', resolve));
  (await accepted).resetAndDestroy();
  await closed;
  expect(secured.destroyed).toBe(true);
});
