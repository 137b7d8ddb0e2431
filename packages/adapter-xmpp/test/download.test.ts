import { createHash } from 'node:crypto';
import { createServer } from 'node:https';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mintId } from '@natter/core/model';
import { createTestCa, type TestCa } from '@natter/testing/tls';
import { download } from '../src/features/download.ts';
import { fetchFile } from '../src/wire/node/http.ts';
import { nodeDigest } from '../src/wire/node/platform.ts';
import { collectingDigest } from '../src/wire/digest.ts';
import { Person } from './support/recording-host.ts';
import { createXmppAdapter } from '../src/index.ts';

const bytes = Buffer.from('0123456789'.repeat(1000));
let ca: TestCa;
let url: string;
let ranges = true;
let close: () => void;
const stored = { bytes: Buffer.alloc(0) };
const host = Object.assign(new Person(createXmppAdapter(), 'me@localhost', 'x', {}).host, {
  readBlob: (): Promise<ReadableStream<Uint8Array>> =>
    Promise.resolve(new Blob([new Uint8Array(stored.bytes)]).stream()),
  writeBlob: (_: unknown, offset: number): Promise<WritableStream<Uint8Array>> => {
    stored.bytes = stored.bytes.subarray(0, offset);
    return Promise.resolve(
      new WritableStream({
        write: (chunk: Uint8Array) => {
          stored.bytes = Buffer.concat([stored.bytes, chunk]);
        },
      }),
    );
  },
});

beforeAll(async () => {
  ca = await createTestCa();
  const certificate = await ca.issue({ hosts: ['localhost'] });
  const server = createServer({ cert: certificate.chain, key: certificate.key }, (request, response) => {
    if (request.url === '/moved') return void response.writeHead(302, { location: '/file' }).end();
    const from = Number(/bytes=(\d+)-/.exec(String(request.headers.range))?.[1] ?? 0);
    if (from === 0 || !ranges) return void response.writeHead(200).end(bytes);
    response.writeHead(206).end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `https://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => close());
beforeEach(() => {
  ranges = true;
  stored.bytes = Buffer.alloc(0);
});

const fetchFrom = (remote: string, offset: number, trusted = true): ReturnType<typeof download> =>
  download(
    {
      host,
      sha256: nodeDigest,
      http: (request) =>
        fetchFile({ ...request, authorities: trusted ? ca.certificate : null, patience: 5_000 }),
    },
    { remote, blob: mintId('blob'), offset },
    new AbortController().signal,
  );

test('a file is fetched whole, and goes on from where it was broken off', async () => {
  expect(await fetchFrom(`${url}/file`, 0)).toMatchObject({ done: true });
  expect(stored.bytes.equals(bytes)).toBe(true);
  stored.bytes = Buffer.from(bytes.subarray(0, 4_321));
  expect(await fetchFrom(`${url}/file`, 4_321)).toMatchObject({ done: true });
  expect(stored.bytes.equals(bytes)).toBe(true);
});

const sha256 = createHash('sha256').update(bytes).digest('hex');

test('a file is what its sender told, also when it came in two parts (XEP-0447)', async () => {
  const proof = `#natter-sha-256=${sha256};size=${bytes.length}`;
  expect(await fetchFrom(`${url}/file${proof}`, 0)).toMatchObject({ done: true });
  stored.bytes = Buffer.from(bytes.subarray(0, 4_321));
  expect(await fetchFrom(`${url}/file${proof}`, 4_321)).toMatchObject({ done: true });
  expect(stored.bytes.equals(bytes)).toBe(true);
});

test.each([
  ['of another hash', `#natter-sha-256=${'0'.repeat(64)}`, 'protocol'],
  ['that is shorter', `#natter-;size=${bytes.length + 1}`, 'protocol'],
  ['that is longer', `#natter-;size=${bytes.length - 1}`, 'too-large'],
])('a file %s than its sender told is refused, and nothing of it stays', async (_, proof, code) => {
  await expect(fetchFrom(`${url}/file${proof}`, 0)).rejects.toMatchObject({ data: { code } });
  expect(stored.bytes.length).toBe(0);
});

test('one that was changed behind our back while it came is refused too', async () => {
  stored.bytes = Buffer.alloc(4_321, 'x');
  const changed = fetchFrom(`${url}/file#natter-sha-256=${sha256}`, 4_321);
  await expect(changed).rejects.toMatchObject({ data: { code: 'protocol' } });
  expect(stored.bytes.length).toBe(0);
});

test('a browser hashes the same', async () => {
  const digest = collectingDigest();
  digest.update(bytes.subarray(0, 17));
  digest.update(bytes.subarray(17));
  expect(await digest.hex()).toBe(sha256);
});

test('a server that cannot go on is asked from the start again', async () => {
  ranges = false;
  expect(await fetchFrom(`${url}/file`, 100)).toMatchObject({ done: false });
});

test('an unknown authority, a redirect and an address without TLS are refused, and nothing is stored', async () => {
  await expect(fetchFrom(`${url}/file`, 0, false)).rejects.toThrow(/certificate|issuer|verify/);
  await expect(fetchFrom(`${url}/moved`, 0)).rejects.toThrow('302');
  await expect(fetchFrom(url.replace('https', 'http'), 0)).rejects.toThrow('only https');
  await expect(fetchFrom('file:///etc/passwd', 0)).rejects.toThrow('only https');
  expect(stored.bytes.length).toBe(0);
});
