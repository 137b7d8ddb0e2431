import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  mintId,
  type Attachment,
  type BlobId,
  type Ephemeral,
  type Op,
  type Outcome,
  type SessionHost,
} from '@natter/core';
import { AuthorizedApi } from '../src/authorized-api.ts';
import { download } from '../src/features/download.ts';
import { Uploads } from '../src/features/uploads.ts';
import type { Runtime } from '../src/runtime.ts';
import { DEFAULT_LIMITS } from '../src/wire/limits.ts';
import { nodePlatform } from '../src/wire/node/platform.ts';
import type { HttpClient } from '../src/wire/http.ts';
import { Homeserver, json, ME, ROOM } from './support/homeserver.ts';
import { eventually } from './support/home.ts';

const SIZE = 3_000_000;
let server: Homeserver;
let http: HttpClient;
let hints: Ephemeral[];
let blobs: Map<BlobId, Uint8Array>;
let read: number;
let memos: string[];

beforeEach(async () => {
  server = await Homeserver.start();
  http = nodePlatform.open({ authorities: null, pinned: [] }, DEFAULT_LIMITS);
  hints = [];
  blobs = new Map();
  read = 0;
  memos = [];
});
afterEach(async () => {
  http.close();
  await server.stop();
});

/** What files need of a run. */
function runtime(): Runtime {
  const host = {
    secret: async () => null,
    setSecret: async () => {},
    log: () => {},
    hint: (events: readonly Ephemeral[]) => void hints.push(...events),
    checkpoint: async (_: unknown, memo: string) => void memos.push(memo),
    async readBlob(blob: BlobId, offset: number) {
      const bytes = blobs.get(blob)?.subarray(offset) ?? new Uint8Array();
      let at = 0;
      return new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (at >= bytes.length) return controller.close();
            controller.enqueue(bytes.slice(at, at + 65_536));
            at += 65_536;
            read = at;
          },
        },
        { highWaterMark: 0 },
      );
    },
    async writeBlob(blob: BlobId, offset: number) {
      let bytes = (blobs.get(blob) ?? new Uint8Array()).slice(0, offset);
      return new WritableStream<Uint8Array>({
        write: (part) => void (bytes = new Uint8Array(Buffer.concat([bytes, part]))),
        close: () => void blobs.set(blob, bytes),
      });
    },
  } as unknown as SessionHost;
  const credentials = {
    userId: ME,
    deviceId: 'D',
    accessToken: 'token-1',
    refreshToken: null,
    expiresAt: null,
    oauth: null,
    ended: false,
    former: [],
  };
  const api = new AuthorizedApi({ host, http, base: server.url, limits: DEFAULT_LIMITS, credentials });
  return { api, host, limits: DEFAULT_LIMITS } as unknown as Runtime;
}

function fileOp(bytes: Uint8Array, memo: string | null = null): Parameters<Uploads['prepare']>[0] {
  const blob = mintId('blob');
  blobs.set(blob, bytes);
  const unknown = { width: null, height: null, duration: null, hash: null, remote: null, thumbnail: null };
  const type = { kind: 'file', mediaType: 'application/octet-stream' } as const;
  const attachment: Attachment = { ...unknown, ...type, name: 'data.bin', size: bytes.length, blob };
  const content = { kind: 'attachment', text: 'data.bin', attachments: [attachment] } as const;
  const body = { type: 'send', content, replyTo: null, thread: null, mentions: [] } as const;
  return { id: mintId('operation'), conversation: ROOM as Op['conversation'], attempt: 1, memo, body };
}

function remoteOf(prepared: Op | Outcome): unknown {
  return 'body' in prepared && prepared.body.type === 'send' && prepared.body.content.kind === 'attachment'
    ? prepared.body.content.attachments[0]?.remote
    : prepared;
}

const { signal } = new AbortController();

test('a file goes up as a stream, with progress, and once', async () => {
  const bytes = randomBytes(SIZE);
  let hash = '';
  server.script(/^POST media\/v3\/upload/, 1, (asked, response) => {
    hash = asked.hash;
    json(response, { content_uri: 'mxc://scripted.test/abc' });
    return true;
  });
  const uploads = new Uploads(runtime());
  const op = fileOp(bytes);
  expect(remoteOf(await uploads.prepare(op, false, signal))).toBe('mxc://scripted.test/abc');
  expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  const steps = hints.map((hint) => (hint.type === 'progress' ? hint.transferred : 0));
  expect(steps.length).toBeGreaterThan(20);
  expect([steps.toSorted((a, b) => a - b), steps.at(-1)]).toEqual([steps, SIZE]);
  // An attempt that knows where the file is brings it there no more.
  expect(remoteOf(await uploads.prepare({ ...op, memo: memos.at(-1) ?? null }, false, signal))).toBe(
    'mxc://scripted.test/abc',
  );
  expect(server.count(/upload/)).toBe(1);
});

test('an upload that is cancelled reads no more of the file, and nothing was said', async () => {
  const held: ServerResponse[] = [];
  server.held = (response) => void held.push(response);
  const abort = new AbortController();
  const pending = new Uploads(runtime()).prepare(fileOp(randomBytes(30_000_000)), false, abort.signal);
  await eventually(() => read > 0 && held.length > 0).toBe(true);
  abort.abort();
  const outcome = await pending;
  expect(outcome).toMatchObject({ result: 'not-sent', error: { certain: true } });
  const then = read;
  await new Promise((resolve) => setImmediate(resolve));
  expect([read, read < 30_000_000]).toEqual([then, true]);
});

test('a file that is larger than the server takes is not begun', async () => {
  server.script(/media\/config/, 1, (_, response) => {
    json(response, { 'm.upload.size': 1000 });
    return true;
  });
  const uploads = new Uploads(runtime());
  expect(await uploads.limit(signal)).toBe(1000);
  expect(await uploads.prepare(fileOp(randomBytes(1001)), false, signal)).toMatchObject({
    result: 'refused',
    error: { code: 'too-large' },
  });
  expect(server.count(/upload/)).toBe(0);
});

test('a server that gives an address that leads elsewhere is not believed', async () => {
  server.script(/^POST media\/v3\/upload/, 1, (_, response) => {
    json(response, { content_uri: 'mxc://scripted.test/../../client/v3/logout' });
    return true;
  });
  expect(await new Uploads(runtime()).prepare(fileOp(randomBytes(10)), false, signal)).toMatchObject({
    result: 'not-sent',
    error: { code: 'protocol' },
  });
});

test('a download goes on where it was broken off, with our token', async () => {
  const bytes = randomBytes(SIZE);
  server.script(/^GET client\/v1\/media\/download\/far\.test\/abc/, 1, (_, response) => {
    response
      .writeHead(200, { 'content-length': String(SIZE) })
      .write(bytes.subarray(0, 1_000_000), () => response.destroy());
    return true;
  });
  server.script(/^GET client\/v1\/media\/download\/far\.test\/abc/, 1, () => false);
  const { api, host } = runtime();
  const blob = mintId('blob');
  const remote = 'mxc://far.test/abc';
  await expect(
    download({ api, host, encryption: null }, { remote, blob, offset: 0 }, signal),
  ).rejects.toMatchObject({
    data: { retriable: true },
  });
  const have = blobs.get(blob)?.length ?? 0;
  expect(have).toBeLessThanOrEqual(1_000_000);
  server.scripts.length = 0;
  server.script(/^GET client\/v1\/media\/download\/far\.test\/abc/, 1, (asked, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(asked.range ?? '')?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, { etag: '"1"' }).end(bytes.subarray(from));
    return true;
  });
  expect(await download({ api, host, encryption: null }, { remote, blob, offset: have }, signal)).toEqual({
    etag: '"1"',
    done: true,
  });
  expect(Buffer.compare(Buffer.from(blobs.get(blob) ?? []), bytes)).toBe(0);
  expect(server.asked.at(-1)?.token).toBe('token-1');
});

test('a server from before authenticated media is asked as it was then, and without our token', async () => {
  const bytes = randomBytes(1000);
  const unknown = (times: number, fits: RegExp, status: number, text: string): void =>
    server.script(fits, times, (_, response) => {
      response.writeHead(status).end(text);
      return true;
    });
  unknown(1, /^GET client\/v1\/media\/download/, 404, '{"errcode":"M_UNRECOGNIZED"}');
  unknown(1, /^GET client\/v1\/media\/config/, 405, 'method not allowed');
  unknown(1, /^GET media\/v3\/config/, 200, '{"m.upload.size":1000}');
  server.script(/^GET media\/v3\/download\/old\.test\/abc/, 1, ({ token }, response) => {
    expect(token).toBeNull();
    response.writeHead(200).end(bytes);
    return true;
  });
  const { api, host } = runtime();
  const blob = mintId('blob');
  await download({ api, host, encryption: null }, { remote: 'mxc://old.test/abc', blob, offset: 0 }, signal);
  expect(Buffer.compare(Buffer.from(blobs.get(blob) ?? []), bytes)).toBe(0);
  expect(await new Uploads(runtime()).limit(signal)).toBe(1000);
});

test.each([
  ['that is gone', 404, 'not-found'],
  ['that we may not have', 403, 'forbidden'],
])('a file %s says so', async (_, status, code) => {
  server.script(/media\/download/, 1, (_asked, response) => {
    json(response, { errcode: status === 404 ? 'M_NOT_FOUND' : 'M_FORBIDDEN', error: 'no' }, status);
    return true;
  });
  const { api, host } = runtime();
  const asked = download(
    { api, host, encryption: null },
    { remote: 'mxc://a.test/b', blob: mintId('blob'), offset: 0 },
    signal,
  );
  await expect(asked).rejects.toMatchObject({ data: { code } });
});

test('an address that is none is not asked for', async () => {
  const { api, host } = runtime();
  const asked = download(
    { api, host, encryption: null },
    { remote: 'mxc://a/../b', blob: mintId('blob'), offset: 0 },
    signal,
  );
  await expect(asked).rejects.toMatchObject({ data: { code: 'invalid' } });
  expect(server.asked).toEqual([]);
});

test('a file that the server keeps elsewhere is fetched there, without our token', async () => {
  const bytes = randomBytes(100_000);
  const elsewhere = await Homeserver.start();
  try {
    server.script(/^GET client\/v1\/media\/download\/far\.test\/abc/, 2, (_, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/_matrix/bucket/abc?signature=x` }).end('away');
      return true;
    });
    elsewhere.scripts.unshift(({ range }, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]);
      response.writeHead(from === 0 ? 200 : 206).end(bytes.subarray(from));
      return true;
    });
    const blob = mintId('blob');
    const remote = 'mxc://far.test/abc';
    expect(await download(runtime(), { remote, blob, offset: 0 }, signal)).toMatchObject({ done: true });
    blobs.set(blob, bytes.subarray(0, 60_000));
    expect(await download(runtime(), { remote, blob, offset: 60_000 }, signal)).toMatchObject({ done: true });
    expect(Buffer.compare(blobs.get(blob) ?? new Uint8Array(), bytes)).toBe(0);
    expect(server.asked.map(({ token }) => token)).toEqual(['token-1', 'token-1']);
    expect(elsewhere.asked.map(({ token }) => token)).toEqual([null, null]);
  } finally {
    await elsewhere.stop();
  }
});

test.each([
  ['in a circle', '/_matrix/client/v1/media/download/far.test/abc', 'protocol'],
  ['where no address leads', 'file:///etc/passwd', 'tls-required'],
])('a file that is said to be %s is not fetched for ever', async (_, location, code) => {
  server.script(/^GET client\/v1\/media\/download/, Infinity, (_asked, response) => {
    response.writeHead(302, { location }).end();
    return true;
  });
  const what = { remote: 'mxc://far.test/abc', blob: mintId('blob'), offset: 0 } as const;
  await expect(download(runtime(), what, signal)).rejects.toMatchObject({ data: { code } });
  expect(server.asked.length).toBeLessThan(10);
});
