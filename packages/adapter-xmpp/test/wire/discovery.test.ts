import { createServer } from 'node:https';
import type { SrvRecord } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { WebSocketServer } from 'ws';
import { openBrowserSocket } from '../../src/wire/browser-socket.ts';
import { readHostMeta } from '../../src/wire/host-meta.ts';
import { askHostMeta } from '../../src/wire/node/host-meta.ts';
import { fetchFile } from '../../src/wire/node/http.ts';
import { resolveTargets, type SrvLookup } from '../../src/wire/node/resolver.ts';

const { signal } = new AbortController();
const record = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});
/** DNS as a table; notes what is asked. */
function dns(table: Readonly<Record<string, readonly SrvRecord[]>>): { lookup: SrvLookup; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup: (name) => {
      asked.push(name);
      return Promise.resolve(table[name] ?? null);
    },
  };
}

test('both SRV records make one list by priority (XEP-0368), and nothing else is asked of DNS (CVE-2022-26491)', async () => {
  const { lookup, asked } = dns({
    '_xmpp-client._tcp.example.org': [record('b.example.org', 5222, 20), record('a.example.org', 5222, 5)],
    '_xmpps-client._tcp.example.org': [record('tls.example.org', 443, 10)],
  });
  expect(await resolveTargets('example.org', null, signal, lookup)).toEqual([
    { host: 'a.example.org', port: 5222, security: 'starttls' },
    { host: 'tls.example.org', port: 443, security: 'direct' },
    { host: 'b.example.org', port: 5222, security: 'starttls' },
  ]);
  expect(asked.toSorted()).toEqual(['_xmpp-client._tcp.example.org', '_xmpps-client._tcp.example.org']);
});

test('a domain in another script is asked for by its ASCII name', async () => {
  const { lookup, asked } = dns({});
  expect(await resolveTargets('bücher.example', null, signal, lookup)).toEqual([
    { host: 'xn--bcher-kva.example', port: 5222, security: 'starttls' },
  ]);
  expect(asked).toContain('_xmpp-client._tcp.xn--bcher-kva.example');
});

test('what cannot be a server is the mistake of who typed it, and no fault of the network', async () => {
  for (const server of ['xmpp://localhost:99999', 'localhost:0', 'ftp://localhost', 'a b', ''])
    await expect(resolveTargets('example.org', server, signal)).rejects.toMatchObject({
      code: 'bad-address',
    });
});

test('a domain that says it has no such service is not tried all the same', async () => {
  const { lookup } = dns({ '_xmpp-client._tcp.example.org': [record('.', 0)] });
  await expect(resolveTargets('example.org', null, signal, lookup)).rejects.toMatchObject({
    code: 'name-not-found',
  });
});

const REL = 'urn:xmpp:alt-connections:websocket';
const json = (href: string): string =>
  JSON.stringify({
    links: [
      { rel: 'other', href: 'x' },
      { rel: REL, href },
    ],
  });
const xml = (href: string): string =>
  `<?xml version='1.0'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='urn:xmpp:alt-connections:xbosh' href='https://b'/><Link rel='${REL}' href='${href}'/></XRD>`;

test.each([
  ['JSON', json('wss://web.example.org/ws'), ['wss://web.example.org/ws']],
  ['XML', xml('wss://web.example.org/ws'), ['wss://web.example.org/ws']],
  ['an address without encryption', json('ws://web.example.org/ws'), []],
  ['an address that is none', xml('wss://'), []],
  ['XML that is none', '<XRD><Link', []],
  ['JSON that is none', '{"links":[{"rel":', []],
  ['other JSON', '{"links":{"rel":1}}', []],
  ['an entity', `<!DOCTYPE a [<!ENTITY b "wss://evil/">]><XRD><Link rel='${REL}' href='&b;'/></XRD>`, []],
  ['too much', ' '.repeat(70_000) + json('wss://a/'), []],
])('host metadata (XEP-0156): %s', (_, text, urls) => {
  expect(readHostMeta(text)).toEqual(urls.map((url) => ({ security: 'websocket', url })));
});

let close: (() => void) | undefined;
afterEach(() => close?.());

test('host metadata is fetched over https, and from a verified server, or not at all', async () => {
  const ca = await createTestCa();
  const { chain, key } = await ca.issue({ hosts: ['localhost'] });
  const server = createServer({ cert: chain, key }, (_, response) => response.end(json('wss://a/')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  const url = `https://localhost:${(server.address() as AddressInfo).port}/.well-known/host-meta.json`;
  const ask = (address: string, authorities: string | null): Promise<{ status: number }> =>
    fetchFile({ url: address, method: 'GET', headers: {}, authorities, patience: 1_000, signal });
  expect(await ask(url, ca.certificate)).toMatchObject({ status: 200 });
  await expect(ask(url, null)).rejects.toMatchObject({ code: 'connect-failed' });
  await expect(ask(url.replace('https', 'http'), ca.certificate)).rejects.toThrow('only https');
});

test('host metadata that has moved is followed, but never to where nobody is verified (RFC 6415 section 2)', async () => {
  const ca = await createTestCa();
  const { chain, key } = await ca.issue({ hosts: ['localhost'] });
  const asked: string[] = [];
  let port = 0;
  const server = createServer({ cert: chain, key }, (request, response) => {
    asked.push(request.url ?? '');
    const [to, text] = {
      '/.well-known/host-meta.json': ['/moved.json', ''],
      '/moved.json': [null, json('wss://a/')],
      '/.well-known/host-meta': [`http://localhost:${port}/plain`, ''],
    }[request.url ?? ''] ?? [request.url ?? '', ''];
    if (to !== null) response.writeHead(302, { location: to });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  ({ port } = server.address() as AddressInfo);
  const trust = { authorities: ca.certificate, pinned: [] };
  expect(await askHostMeta(`localhost:${port}`, trust, signal)).toEqual([
    { security: 'websocket', url: 'wss://a/' },
  ]);
  expect(asked.toSorted()).toEqual(['/.well-known/host-meta', '/.well-known/host-meta.json', '/moved.json']);
});

test('host metadata that leads in a circle, or has no end, says nothing, and is given up soon', async () => {
  const ca = await createTestCa();
  const { chain, key } = await ca.issue({ hosts: ['localhost'] });
  let asked = 0;
  let sent = 0;
  const server = createServer({ cert: chain, key }, (request, response) => {
    asked += 1;
    if (request.url !== '/.well-known/host-meta') {
      response.writeHead(302, { location: request.url ?? '/' }).end();
      return;
    }
    const piece = ' '.repeat(16 * 1024);
    const more = (): void => {
      if (response.destroyed || (sent += piece.length) > 64 * 1024 * 1024) response.end();
      else response.write(piece, more);
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  const domain = `localhost:${(server.address() as AddressInfo).port}`;
  expect(await askHostMeta(domain, { authorities: ca.certificate, pinned: [] }, signal)).toEqual([]);
  // The document, and three redirections of the other one.
  expect(asked).toBeLessThanOrEqual(1 + 4);
  expect(sent).toBeLessThan(8 * 1024 * 1024);
});

test('a browser’s own WebSocket: frames, the subprotocol, and a way out', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
  close = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  server.on('connection', (client) => {
    client.send('hello');
    client.on('message', (data: Buffer) => client.send(`you said ${data.toString()}`));
  });
  const socket = await openBrowserSocket(url, 5_000, signal);
  expect(socket).toMatchObject({ secure: false, loopback: true });
  const heard: string[] = [];
  const ended = new Promise<string>((resolve) => {
    socket.listen({ text: (frame) => void heard.push(frame), closed: resolve });
  });
  socket.send('é');
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['hello', 'you said é']);
  for (const client of server.clients) client.terminate();
  await ended;
  const aborted = AbortSignal.abort();
  await expect(openBrowserSocket(url, 5_000, aborted)).rejects.toMatchObject({ code: 'aborted' });
  server.options.handleProtocols = () => false;
  await expect(openBrowserSocket(url, 5_000, signal)).rejects.toMatchObject({ code: 'connect-failed' });
});
