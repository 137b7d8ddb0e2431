import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  memoryBlobs,
  mintId,
  remoteKey,
  type Attachment,
  type BlobId,
  type Ephemeral,
  type JsonObject,
  type Op,
} from '@natter/core';
import { createTestCa } from '@natter/testing/tls';
import { afterEach, expect, test } from 'vitest';
import { createNativeAdapter } from '../src/index.ts';
import { Running, TestHost } from './support/host.ts';
import { NativePeer } from './support/peer.ts';
import { startRealNetwork, type RealNetwork } from './support/real-network.ts';

const password = 'correct horse';
const adapter = createNativeAdapter();
let network: RealNetwork;
let peer: NativePeer | null = null;

afterEach(async () => {
  await peer?.stop();
  peer = null;
  await network.close();
});

/** A host that keeps bytes, and notes how transfers go. */
class FileHost extends TestHost {
  readonly bytes: ReturnType<typeof memoryBlobs> = memoryBlobs();
  readonly progress: number[] = [];

  override readBlob(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>> {
    return this.bytes.read(blob, offset);
  }
  override writeBlob(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>> {
    return this.bytes.write(blob, offset);
  }
  override hint(events: readonly Ephemeral[]): void {
    for (const event of events) if (event.type === 'progress') this.progress.push(event.transferred);
    super.hint(events);
  }

  async put(content: Uint8Array): Promise<BlobId> {
    const blob = mintId('blob');
    const writer = (await this.bytes.write(blob, 0)).getWriter();
    await writer.write(content);
    await writer.close();
    return blob;
  }

  async get(blob: BlobId): Promise<Buffer> {
    const stream: ReadableStream<Uint8Array> = await this.bytes.read(blob, 0);
    return Buffer.from(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  }
}

/** Alice, signed in through the proxy. */
async function alice(config: JsonObject = {}): Promise<{ host: FileHost; running: Running }> {
  const host = new FileHost();
  const address = `alice@127.0.0.1:${network.proxy.port}`;
  const start = { purpose: 'add', address, config, account: mintId('account'), deviceId: 'x' } as const;
  const { signal } = new AbortController();
  const login = adapter.login(start, host);
  await login.next(null, signal);
  expect(await login.next({ action: 'submit', values: { password } }, signal)).toMatchObject({
    kind: 'done',
  });
  const scheme = config['ca'] === undefined ? 'ws' : 'wss';
  const server = `${scheme}://127.0.0.1:${network.proxy.port}`;
  const running = await new Running(adapter, { ...config, server }, host, 'alice@localhost').caughtUp();
  return { host, running };
}

function sendFile(blob: BlobId, size: number): Op {
  const attachment: Attachment = {
    kind: 'file',
    name: 'data.bin',
    mediaType: 'application/octet-stream',
    size,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: null,
    thumbnail: null,
    blob,
  };
  const content = { kind: 'attachment', text: '', attachments: [attachment] } as const;
  const body = { type: 'send', content, replyTo: null, thread: null, mentions: [] } as const;
  const conversation = { direct: remoteKey('bob@localhost') };
  return { id: mintId('operation'), conversation, attempt: 1, memo: null, body };
}

const contents = Buffer.alloc(4_000_000, 'abcdefghijklmnopqrstuvwxyz0123456789');

test('an upload over connections that carry a part of it goes on where each one broke, and is sent once', async () => {
  network = await startRealNetwork();
  peer = await NativePeer.start(network.server.url, 'bob', password, 'alice@localhost');
  const { host, running } = await alice();
  // No connection from now on carries the whole file.
  network.proxy.faults = { toServer: { endAfter: { bytes: 1_300_000, how: 'reset' } } };
  const op = sendFile(await host.put(contents), contents.length);
  let attempts = 0;
  for (;;) {
    attempts += 1;
    const outcome = await running.session.perform({ ...op, attempt: attempts }, running.signal);
    if (outcome.result === 'accepted') break;
    expect(outcome).toMatchObject({ result: 'not-sent', error: { code: 'network', retriable: true } });
    expect(attempts).toBeLessThan(10);
  }
  expect(attempts).toBeGreaterThan(1);
  expect(Buffer.from((await peer.receivedFile()) ?? []).equals(contents)).toBe(true);
  expect(host.progress.at(-1)).toBe(contents.length);
  expect(host.progress).toEqual([...host.progress].toSorted((a, b) => a - b));
  await running.stop();
});

test('a download that is broken or cancelled keeps what came, and goes on from there', async () => {
  network = await startRealNetwork();
  peer = await NativePeer.start(network.server.url, 'bob', password, 'alice@localhost');
  const { host, running } = await alice();
  await peer.sendFile('data.bin', contents);
  network.proxy.faults = { toClient: { bandwidth: 2_000_000 } };
  const blob = mintId('blob');
  const cancel = new AbortController();
  const fetching = running.session.download('f1', blob, 0, cancel.signal);
  const cancelled = expect(fetching).rejects.toMatchObject({ data: { code: 'aborted' } });
  await expect.poll(() => host.progress.length).toBeGreaterThan(0);
  cancel.abort();
  await cancelled;
  const offsets: number[] = [];
  network.proxy.faults = { toClient: { endAfter: { bytes: 1_300_000, how: 'reset' } } };
  for (let done = false; !done;) {
    const offset = (await host.bytes.size(blob)) ?? 0;
    offsets.push(offset);
    expect(offsets.length).toBeLessThan(10);
    done = await running.session.download('f1', blob, offset, running.signal).then(
      (answer) => answer.done,
      () => false,
    );
  }
  expect(offsets[0]).toBeGreaterThan(0);
  expect(offsets.length).toBeGreaterThan(2);
  expect((await host.get(blob)).equals(contents)).toBe(true);
  await running.stop();
});

test('a file that is not the one that was sent is refused, and nothing of it stays', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'natter-files-'));
  network = await startRealNetwork({}, { dataDirectory });
  peer = await NativePeer.start(network.server.url, 'bob', password, 'alice@localhost');
  const { host, running } = await alice();
  await peer.sendFile('data.bin', contents);
  // The server's disk has lost a byte.
  const stored = join(dataDirectory, 'files', '1');
  const bytes = await readFile(stored);
  bytes[1_000_000] = 0;
  await writeFile(stored, bytes);
  const blob = mintId('blob');
  await expect(running.session.download('f1', blob, 0, running.signal)).rejects.toMatchObject({
    data: { code: 'protocol', scope: 'transfer' },
  });
  expect(await host.bytes.size(blob)).toBe(0);
  // Also when the first part came before.
  const writer = (await host.bytes.write(blob, 0)).getWriter();
  await writer.write(bytes.subarray(0, 2_000_000));
  await writer.close();
  await expect(running.session.download('f1', blob, 2_000_000, running.signal)).rejects.toMatchObject({
    data: { code: 'protocol' },
  });
  await running.stop();
  await rm(dataDirectory, { recursive: true });
});

test('files go by TLS, with the authority of the account', async () => {
  const authority = await createTestCa();
  const { chain, key } = await authority.issue({ hosts: ['127.0.0.1'] });
  network = await startRealNetwork({}, { tls: { certificate: chain, key } });
  const { host, running } = await alice({ ca: authority.certificate });
  const op = sendFile(await host.put(contents), contents.length);
  expect(await running.session.perform(op, running.signal)).toMatchObject({ result: 'accepted' });
  const blob = mintId('blob');
  expect(await running.session.download('f1', blob, 0, running.signal)).toMatchObject({ done: true });
  expect((await host.get(blob)).equals(contents)).toBe(true);
  await running.stop();
});

test('what lies on other servers is not asked for, and what is too large is refused', async () => {
  network = await startRealNetwork({}, { limits: { fileBytes: 1000 } });
  const { host, running } = await alice();
  const blob = mintId('blob');
  await expect(
    running.session.download('https://tracker.example/x', blob, 0, running.signal),
  ).rejects.toMatchObject({ data: { code: 'unsupported' } });
  await expect(running.session.download('f9', blob, 0, running.signal)).rejects.toMatchObject({
    data: { code: 'not-found' },
  });
  const op = sendFile(await host.put(contents), contents.length);
  expect(await running.session.perform(op, running.signal)).toMatchObject({
    result: 'refused',
    error: { code: 'too-large' },
  });
  await running.stop();
});
