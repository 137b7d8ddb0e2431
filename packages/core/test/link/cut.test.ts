import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { slowJsonLink } from '../../src/link/index.ts';
import type { LinkStatus } from '../../src/link/index.ts';
import { NatterError } from '../../src/model/error.ts';
import { collect, open, slow, track } from './harness.ts';
import { smallManifest, SmallServer } from './small-client.ts';
import type { SmallMethods, SmallStreams } from './small-client.ts';

afterEach(() => open.splice(0).forEach((link) => link.close()));

describe('a cut link', () => {
  it('resumes states and windows at the present, and logs behind their cursor', async () => {
    const server = new SmallServer();
    server.items = [0, 1, 2];
    server.list = [{ id: 1, text: 'a' }];
    const link = await slow(server);
    const statuses: LinkStatus[] = [];
    link.onStatus((status) => statuses.push(status));
    const count = collect(link, 'count', { from: 5 });
    const rows = collect(link, 'rows', { offset: 0, limit: 3 });
    const log = collect(link, 'log', { after: '0' });
    await eventually(() => expect(log.frames).toHaveLength(2));
    await eventually(() => expect(rows.frames).toHaveLength(1));
    for (let n = 3; n < 30; n += 3) {
      link.cut();
      server.append(n, n + 1, n + 2);
      await eventually(() => expect(itemsOf(log.frames)).toContain(n + 2));
    }
    expect(itemsOf(log.frames)).toEqual(server.items);
    await eventually(() =>
      expect(count.frames.filter((f) => (f as { version: number }).version === 1)).toHaveLength(10),
    );
    expect(rows.frames.at(-1)).toMatchObject({ base: null, splices: [{ rows: [{ id: 1 }] }] });
    expect([...count.ends, ...rows.ends, ...log.ends]).toEqual([]);
    expect(statuses.filter((status) => status === 'reconnecting')).toHaveLength(9);
    expect(server.openLogs).toBe(1);
  });

  it('rejects what was under way as uncertain, and sends what was called meanwhile when it is back', async () => {
    const server = new SmallServer();
    const link = await slow(server);
    const hanging = link.call('hang', {}).catch((caught: unknown) => caught);
    await eventually(() => expect(server.hanging).toHaveLength(1));
    link.cut();
    const error = await hanging;
    expect(NatterError.isInstance(error) && error.data).toMatchObject({
      code: 'network',
      certain: false,
      retriable: true,
    });
    expect(await link.call('echo', { text: 'again' })).toBe('again');
    expect(server.hanging[0]?.aborted).toBe(true);
  });

  it('keeps the credit that was left: a reader that waits is not pushed by a cut', async () => {
    const server = new SmallServer();
    const link = await slow(server);
    const { frames } = collect(link, 'count', { from: 1 }, { credit: false });
    await eventually(() => expect(frames).toHaveLength(1));
    const reconnecting = new Promise<void>((resolve) =>
      link.onStatus((status) => void (status === 'reconnecting' && resolve())),
    );
    link.cut();
    await reconnecting;
    expect(await link.call('echo', { text: 'back' })).toBe('back');
    server.count(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(frames).toHaveLength(1);
  });

  it('closes instead when it is told not to dial again', async () => {
    const server = new SmallServer();
    const link = track(
      await slowJsonLink<SmallMethods, SmallStreams>(server, { manifest: smallManifest, redial: false }),
    );
    const statuses: [LinkStatus, string | undefined][] = [];
    link.onStatus((status, error) => statuses.push([status, error?.code]));
    const { ends } = collect(link, 'count', { from: 0 });
    link.cut();
    await eventually(() => expect(statuses.at(-1)).toEqual(['closed', 'network']));
    expect(ends).toMatchObject([{ error: { code: 'network' } }]);
  });
});

function itemsOf(frames: readonly unknown[]): number[] {
  return (frames as { items: number[] }[]).flatMap(({ items }) => items);
}
