import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WireError } from '../error.ts';
import type { Loopback } from '../http.ts';

/**
 * Listens on this machine alone for a browser that comes back from a sign-in (RFC 8252 section 7.3). The path is secret,
 * so that no page that the user has open meanwhile can come in place of it.
 */
export async function openLoopback(): Promise<Loopback> {
  const path = `/${crypto.randomUUID()}`;
  const received = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET' || url.pathname !== path) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('You may close this page and go back to natter.');
    received.resolve(url.searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new WireError('connect-failed', `this machine cannot be listened on: ${error.message}`)),
    );
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    received: received.promise,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
