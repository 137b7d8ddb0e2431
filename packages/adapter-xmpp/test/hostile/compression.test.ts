import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { openWebSocket } from '../../src/wire/node/web-socket.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const trust = { authorities: null, pinned: [], client: null };
const limits = { ...DEFAULT_LIMITS, handshakeTime: 2_000 };
let close: () => Promise<unknown> | void = () => {};
afterEach(() => close());

test('xmppbomb: compression that a server offers is never asked for (CVE-2014-2741)', async () => {
  const ca = await createTestCa();
  const certificate = await ca.issue({ hosts: ['localhost'] });
  const server = await startScriptedServer(async (peer) => {
    await peer.startTls(certificate);
    await peer.open(
      `<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>` +
        `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>`,
    );
    await peer.take('auth');
    peer.destroy();
  });
  close = () => server.close();
  const config = { server: `127.0.0.1:${server.port}`, ca: ca.certificate };
  await new Person(createXmppAdapter(), 'me@localhost', 'x', config).run();
  expect(server.peers[0]?.heard).not.toContain('compress');
});

/** A web server that answers the handshake of a WebSocket with these lines. */
async function handshaking(
  headers: (request: IncomingMessage) => string,
): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server: Server = createServer();
  server.on('upgrade', (request, socket: Socket) => {
    asked.push(request);
    socket.on('error', () => {});
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n${headers(request)}\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}
const { signal } = new AbortController();

test('xmppbomb: frames of a WebSocket are never compressed either (permessage-deflate)', async () => {
  const { url, asked } = await handshaking(() => 'Sec-WebSocket-Protocol: xmpp\r\n');
  const socket = await openWebSocket(url, trust, limits, signal);
  expect(asked[0]?.headers['sec-websocket-extensions']).toBeUndefined();
  socket.destroy();
});

test.each([
  ['a name of Object.prototype (CVE-2016-10542)', 'Sec-WebSocket-Extensions: constructor\r\n'],
  [
    'a regular expression’s worst day (CVE-2021-32640, CVE-2020-7662)',
    `Sec-WebSocket-Extensions: a; b="${'\\'.repeat(9_000)}\r\n`,
  ],
  ['compression that nobody offered', 'Sec-WebSocket-Extensions: permessage-deflate\r\n'],
  [
    'more headers than there may be (CVE-2024-37890)',
    Array.from({ length: 3_000 }, (_, at) => `x-${at}: 1\r\n`).join(''),
  ],
  ['another subprotocol', ''],
])('hostile WebSocket handshake: %s ends in an error, at once', async (_, lines) => {
  const name = lines === '' ? 'other' : 'xmpp';
  const { url } = await handshaking(() => `Sec-WebSocket-Protocol: ${name}\r\n${lines}`);
  const opened = openWebSocket(url, trust, limits, signal);
  if (lines.startsWith('x-')) {
    // Node itself cuts the list of headers; either way nothing is harmed.
    await opened.then((socket) => socket.destroy()).catch(() => {});
    return;
  }
  await expect(opened).rejects.toMatchObject({ code: 'connect-failed' });
});
