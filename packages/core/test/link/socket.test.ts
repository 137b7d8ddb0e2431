import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectByteLink, serveConnection } from '../../src/link/index.ts';
import type { ByteDuplex, ClientLink } from '../../src/link/index.ts';
import { errorData } from '../../src/model/error.ts';
import type { BlobId } from '../../src/model/ids.ts';
import { smallManifest, SmallServer } from './small-client.ts';
import type { SmallMethods, SmallStreams } from './small-client.ts';

describe('a link over a Unix socket', () => {
  let folder: string;
  let server: Server;
  let small: SmallServer;
  let sockets: Socket[];
  let link: ClientLink<SmallMethods, SmallStreams> | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'natter-link-'));
    small = new SmallServer();
    sockets = [];
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      void serveConnection<SmallMethods, SmallStreams>(small, bytesOf(socket), { manifest: smallManifest });
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve));
  });

  afterEach(async () => {
    link?.close();
    link = undefined;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  function bytesOf(socket: Socket): ByteDuplex {
    return Duplex.toWeb(socket) as unknown as ByteDuplex;
  }

  async function dial(): Promise<ByteDuplex> {
    const socket = connect({ path: join(folder, 's'), allowHalfOpen: true });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return bytesOf(socket);
  }

  async function connectSmall(): Promise<ClientLink<SmallMethods, SmallStreams>> {
    link = await connectByteLink<SmallMethods, SmallStreams>(dial, {
      manifest: smallManifest,
      redial: { base: 1, cap: 5 },
    });
    return link;
  }

  it('carries calls, streams and files, and resumes when the socket is destroyed', async () => {
    small.items = [0, 1, 2, 3, 4];
    const client = await connectSmall();
    const items: number[] = [];
    const log = client.open(
      'log',
      { after: '0' },
      {
        frame: (frame) => {
          items.push(...frame.items);
          log.credit(1);
        },
        end: () => {},
      },
    );
    await eventually(() => expect(items).toEqual([0, 1, 2, 3, 4]));
    const bytes = Uint8Array.from({ length: 1_500_000 }, (_, i) => i % 253);
    await client.upload('b1' as BlobId, 0, new Blob([bytes]).stream());
    const back = await new Response(await client.download('b1' as BlobId, 7)).bytes();
    expect(Buffer.compare(back, bytes.subarray(7))).toBe(0);
    sockets[0]?.destroy();
    small.append(5, 6);
    await eventually(() => expect(items).toEqual([0, 1, 2, 3, 4, 5, 6]));
    expect(await client.call('echo', { text: 'ä'.repeat(100_000) })).toBe('ä'.repeat(100_000));
  });

  it('says why the other side cannot keep an upload, whose bytes are still going out', async () => {
    const client = await connectSmall();
    small.full = errorData('storage', 'no space left');
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    await expect(client.upload('b1' as BlobId, 0, endless)).rejects.toMatchObject({
      data: { code: 'storage', message: 'no space left' },
    });
  });

  it('never takes a cut upload or download for a whole one', async () => {
    const client = await connectSmall();
    const endless = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const upload = client.upload('b1' as BlobId, 0, endless);
    await eventually(() => expect(sockets).toHaveLength(2));
    setTimeout(() => sockets[1]?.end(), 10);
    setTimeout(() => sockets[1]?.destroy(), 20);
    await expect(upload).rejects.toMatchObject({ data: { code: 'network' } });
    expect(small.stored.has('b1' as BlobId)).toBe(false);

    small.stored.set('b2' as BlobId, new Uint8Array(50_000_000));
    const download = await client.download('b2' as BlobId, 0);
    setTimeout(() => sockets[2]?.destroy(), 1);
    await expect(new Response(download).bytes()).rejects.toMatchObject({ data: { code: 'network' } });
  });

  it('rejects when nobody listens', async () => {
    await expect(
      connectByteLink<SmallMethods, SmallStreams>(
        async () => {
          throw new Error('ENOENT');
        },
        { manifest: smallManifest },
      ),
    ).rejects.toMatchObject({ data: { code: 'network', cause: { message: 'ENOENT' } } });
  });

  it.each([
    ['a line that never ends', Buffer.alloc(5_000_000, 0x61)],
    [
      'a line that is not UTF-8',
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":"\xc3("}}\n', 'latin1'),
    ],
    ['a line that is not JSON', Buffer.from('GET / HTTP/1.1\r\n')],
  ])('refuses %s with an error and closes', async (_what, sent) => {
    const socket = connect(join(folder, 's'));
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.write(sent);
    await closed;
    socket.destroy();
    expect(Buffer.concat(heard).toString()).toContain('"code":"protocol"');
  });

  it.each([
    ['a chunk that claims to be 4 GiB', { direction: 'upload', blob: 'b1', offset: 0 }, 'protocol'],
    ['a direction that there is not', { direction: 'sideways', blob: 'b1', offset: 0 }, 'invalid'],
    ['an offset below 0', { direction: 'download', blob: 'b1', offset: -1 }, 'invalid'],
    ['a blob that is no name', { direction: 'download', blob: {}, offset: 0 }, 'invalid'],
  ])('refuses, on the second channel, %s', async (_what, params, code) => {
    const socket = connect(join(folder, 's'));
    const answer = new Promise<string>((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    socket.on('error', () => {});
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 0, method: '$/blob', params })}\n`);
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    expect(JSON.parse(await answer)).toMatchObject({ error: { data: { code } } });
    expect(small.stored.size).toBe(0);
    socket.destroy();
  });

  it('never takes an upload that ends between two chunks for a whole one', async () => {
    const socket = connect({ path: join(folder, 's'), allowHalfOpen: true });
    socket.on('error', () => {});
    const answer = new Promise<string>((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    const params = { direction: 'upload', blob: 'b1', offset: 0 };
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 0, method: '$/blob', params })}\n`);
    socket.end(Buffer.from([0, 0, 0, 3, 1, 2, 3]));
    expect(JSON.parse(await answer)).toMatchObject({ error: { data: { code: 'network' } } });
    expect(small.stored.size).toBe(0);
    socket.destroy();
  });

  it('understands a line however it is cut', async () => {
    const line = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":"grüße 👋"}}\n');
    for (let at = 1; at < line.length; at += 5) {
      const socket = connect(join(folder, 's'));
      socket.on('error', () => {});
      const answer = new Promise<string>((resolve) =>
        socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
      );
      socket.write(line.subarray(0, at));
      await new Promise((resolve) => setTimeout(resolve, 1));
      socket.write(line.subarray(at));
      expect(JSON.parse(await answer)).toMatchObject({ id: 1, result: 'grüße 👋' });
      socket.destroy();
    }
  });
});

describe('the link entry', () => {
  it('bundles without rxjs and without anything of Node', async () => {
    const bundle = await build({
      entryPoints: [new URL('../../src/link/index.ts', import.meta.url).pathname],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      metafile: true,
    });
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([]);
    expect(inputs.some((input) => input.endsWith('link/json-link.ts'))).toBe(true);
  });
});
