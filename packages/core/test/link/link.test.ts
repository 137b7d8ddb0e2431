import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { applySplices } from '../../src/link/index.ts';
import type { LinkStatus } from '../../src/link/index.ts';
import { NatterError } from '../../src/model/error.ts';
import type { BlobId } from '../../src/model/ids.ts';
import { codeOf, collect, links, open } from './harness.ts';
import { SmallServer } from './small-client.ts';

afterEach(() => open.splice(0).forEach((link) => link.close()));

describe.each(links)('%s link', (_name, connect) => {
  it('answers calls and carries errors as data', async () => {
    const link = await connect(new SmallServer());
    expect(await link.call('echo', { text: 'päivää 👋' })).toBe('päivää 👋');
    const error: unknown = await link.call('fail', {}).catch((caught: unknown) => caught);
    expect(NatterError.isInstance(error) && error.data).toEqual({
      code: 'not-found',
      message: 'no such thing',
      scope: 'client',
      retriable: false,
      certain: true,
      condition: { code: 404 },
      retryAfter: 5,
    });
    expect(await codeOf(link.call('toString' as 'echo', { text: '' }))).toBe('unsupported');
    expect(collect(link, '__proto__' as 'count', { from: 0 }).ends[0]).toMatchObject({
      error: { code: 'unsupported' },
    });
  });

  it('gives a call up by signal and by deadline, and tells the handler', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const abort = new AbortController();
    const call = link.call('hang', {}, { signal: abort.signal });
    await eventually(() => expect(server.hanging).toHaveLength(1));
    abort.abort();
    expect(await codeOf(call)).toBe('aborted');
    await eventually(() => expect(server.hanging[0]?.aborted).toBe(true));
    expect(await codeOf(link.call('hang', {}, { deadline: 20 }))).toBe('timeout');
    await eventually(() => expect(server.hanging[1]?.aborted).toBe(true));
    expect(await codeOf(link.call('hang', {}, { signal: AbortSignal.abort() }))).toBe('aborted');
    expect(server.hanging).toHaveLength(2);
  });

  it('conflates a state to the latest while the reader has no credit', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const { frames, subscription } = collect(link, 'count', { from: 0 }, { credit: false });
    await eventually(() => expect(frames).toHaveLength(1));
    for (let n = 1; n <= 1000; n += 1) server.count(n);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(frames).toHaveLength(1);
    subscription.credit(1);
    await eventually(() => expect(frames).toHaveLength(2));
    expect(frames).toEqual([
      { t: 'state', version: 1, value: 0 },
      { t: 'state', version: 2, value: 1000 },
    ]);
  });

  it('delivers the last value before the end, and closes the handler', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const { frames, ends, subscription } = collect(link, 'count', { from: 0 }, { credit: false });
    await eventually(() => expect(server.counters.size).toBe(1));
    await eventually(() => expect(frames).toHaveLength(1));
    for (const feed of server.counters) {
      feed.value(7);
      feed.end();
    }
    expect(ends).toEqual([]);
    subscription.credit(1);
    await eventually(() => expect(ends).toEqual([{ done: true }]));
    expect(frames.at(-1)).toMatchObject({ value: 7 });
    await eventually(() => expect(server.counters.size).toBe(0));
  });

  it('ends a stream whose opening fails with the error', async () => {
    const link = await connect(new SmallServer());
    const { ends } = collect(link, 'count', { from: -1 });
    await eventually(() => expect(ends).toMatchObject([{ error: { code: 'invalid' } }]));
  });

  it('splices a window, also when it moves and when frames were left out', async () => {
    const server = new SmallServer();
    const row = (id: number, text = 'x'): { id: number; text: string } => ({ id, text });
    server.list = Array.from({ length: 10 }, (_, id) => row(id));
    const link = await connect(server);
    let rows: readonly unknown[] = [];
    let carried = 0;
    const subscription = link.open(
      'rows',
      { offset: 0, limit: 5 },
      {
        frame: ({ base, splices }) => {
          rows = applySplices(base === null ? [] : rows, splices);
          carried += splices.reduce((sum, splice) => sum + splice.rows.length, 0);
          setTimeout(() => subscription.credit(1), 3);
        },
        end: () => {},
      },
    );
    await eventually(() => expect(rows).toEqual(server.list.slice(0, 5)));
    carried = 0;
    server.setList([row(99), ...server.list]);
    await eventually(() => expect(rows).toEqual(server.list.slice(0, 5)));
    expect(carried).toBe(1);
    for (let n = 0; n < 50; n += 1) server.setList([row(100 + n), ...server.list]);
    subscription.update({ offset: 2, limit: 4 });
    await eventually(() => expect(rows).toEqual(server.list.slice(2, 6)));
    subscription.close();
    await eventually(() => expect(server.windows.size).toBe(0));
  });

  it('loses nothing of a log, and reads on only as fast as the reader', async () => {
    const server = new SmallServer();
    server.items = Array.from({ length: 100 }, (_, n) => n);
    const link = await connect(server);
    const { frames, subscription } = collect(link, 'log', { after: '10' }, { credit: false });
    await eventually(() => expect(frames).toEqual([{ t: 'log', cursor: '12', items: [10, 11] }]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    // One batch is with the reader and one is waiting: no more is taken from the store.
    expect(server.pulled).toBe(2);
    subscription.credit(1000);
    await eventually(() => expect(frames).toHaveLength(45));
    server.append(100, 101, 102);
    await eventually(() => expect(frames).toHaveLength(47));
    expect((frames as { items: number[] }[]).flatMap(({ items }) => items)).toEqual(server.items.slice(10));
    subscription.close();
    await eventually(() => expect(server.openLogs).toBe(0));
  });

  it('refuses to update what cannot be', async () => {
    const link = await connect(new SmallServer());
    const { ends, subscription } = collect(link, 'copy', {});
    subscription.update({});
    await eventually(() => expect(ends).toMatchObject([{ error: { code: 'invalid' } }]));
  });

  it('carries progress to its end', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const { frames, ends } = collect(link, 'copy', {});
    await eventually(() => expect(server.copies.size).toBe(1));
    for (const feed of server.copies) {
      feed.value({ transferred: 1 });
      feed.value({ transferred: 2 });
      feed.end();
    }
    await eventually(() => expect(ends).toEqual([{ done: true }]));
    expect(frames.at(-1)).toMatchObject({ t: 'progress', value: { transferred: 2 } });
  });

  it('carries blobs on a second channel, from an offset, with errors', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const blob = 'b1' as BlobId;
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    await link.upload(blob, 0, new Blob([bytes]).stream());
    expect(server.stored.get(blob)).toEqual(bytes);
    const back = await new Response(await link.download(blob, 1_000_000)).bytes();
    expect(Buffer.compare(back, bytes.subarray(1_000_000))).toBe(0);
    expect(await codeOf(link.download('b2' as BlobId, 0))).toBe('not-found');
    const abort = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(new Uint8Array(1000));
      },
    });
    const upload = link.upload('b3' as BlobId, 0, endless, abort.signal);
    setTimeout(() => abort.abort(), 20);
    expect(await codeOf(upload)).toBe('aborted');
    expect(server.stored.has('b3' as BlobId)).toBe(false);
  });

  it('ends everything when it is closed', async () => {
    const server = new SmallServer();
    const link = await connect(server);
    const statuses: LinkStatus[] = [];
    link.onStatus((status) => statuses.push(status));
    const { ends } = collect(link, 'count', { from: 0 });
    const call = link.call('hang', {});
    await eventually(() => expect(server.counters.size + server.hanging.length).toBe(2));
    link.close();
    link.close();
    expect(await codeOf(call)).toBe('closed');
    expect(ends).toMatchObject([{ error: { code: 'closed' } }]);
    expect(await codeOf(link.call('echo', { text: '' }))).toBe('closed');
    expect(collect(link, 'count', { from: 0 }).ends).toMatchObject([{ error: { code: 'closed' } }]);
    expect(statuses).toEqual(['connected', 'closed']);
    await eventually(() => expect(server.counters.size).toBe(0));
    expect(server.hanging[0]?.aborted).toBe(true);
  });
});
