import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { NodeHttpClient } from '../../src/wire/node/http-client.ts';

let server: Server;
let client: NodeHttpClient;
/** Answers that the server has not begun. */
let held: ServerResponse[] = [];

beforeEach(async () => {
  held = [];
  server = createServer((request, response) => {
    request.resume();
    if (request.url === '/held') held.push(response);
    else if (request.url === '/begun')
      response.writeHead(200, { 'content-length': '100' }).write('some of it');
    else response.end('all of it');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new NodeHttpClient({ authorities: null, pinned: [] }, DEFAULT_LIMITS);
});
afterEach(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

async function get(path: string, signal: AbortSignal, watched = false): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}${path}`);
  const answer = await client.send({ url, method: 'GET', headers: {}, silence: 5000, signal, watched });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('a request that is given up ends, before its answer and in the middle of it', async () => {
  for (const path of ['/held', '/begun']) {
    const giveUp = new AbortController();
    const answer = get(path, giveUp.signal);
    setTimeout(() => giveUp.abort(), 50);
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
  }
  await expect(get('/', AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted', sent: false });
});

test('a client that is closed ends what is under way and what still waits for a connection', async () => {
  const { signal } = new AbortController();
  const answers = [get('/begun', signal), ...Array.from({ length: 40 }, () => get('/held', signal))];
  const ends = Promise.allSettled(answers);
  await expect.poll(() => held.length).toBeGreaterThan(0);
  client.close();
  for (const end of await ends)
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'disconnected' } });
  await expect(get('/', signal)).rejects.toMatchObject({ code: 'disconnected' });
});

test('a connection that is watched in turns with another is listened to once', async () => {
  const { signal } = new AbortController();
  const warnings: string[] = [];
  const warned = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', warned);
  for (let count = 0; count < 30; count += 1)
    await Promise.all([get('/', signal, true), get('/', signal, true)]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

test('nothing of a request that is answered stays with a signal that lives on', async () => {
  const { signal } = new AbortController();
  for (let count = 0; count < 20; count += 1) expect(await get('/', signal)).toBe('all of it');
  await expect.poll(() => getEventListeners(signal, 'abort').length).toBe(0);
});
