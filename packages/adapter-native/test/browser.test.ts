import { build, type BuildResult } from 'esbuild';
import { remoteKey, type Adapter } from '@natter/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from './support/host.ts';
import { message, scene, sendTo } from './support/scene.ts';

/** What a page would load. Node has the same WebSocket and fetch as a browser, so it can be run as well. */
let bundle: BuildResult<{ write: false; metafile: true }>;
let adapter: Adapter;

beforeAll(async () => {
  bundle = await build({
    entryPoints: [new URL('../dist/index.js', import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  const [file] = bundle.outputFiles;
  const page: unknown = await import(
    `data:text/javascript;base64,${Buffer.from(file?.contents ?? []).toString('base64')}`
  );
  if (!isPage(page)) throw new Error('the bundle exports no adapter');
  adapter = page.createNativeAdapter({
    maximumUncommitted: 2_000,
  });
});

function isPage(page: unknown): page is { createNativeAdapter: (options: object) => Adapter } {
  return typeof page === 'object' && page !== null && 'createNativeAdapter' in page;
}

describe('in a browser', () => {
  test('bundles without anything of Node, and without ws', () => {
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(inputs.some((path) => path.endsWith('wire/browser-socket.js'))).toBe(true);
    expect(inputs.filter((path) => /node-socket|node_modules\/ws\/|^node:/.test(path))).toEqual([]);
  });

  test('signs in, catches up, sends and receives over the WebSocket of the platform', async () => {
    const sent = { conversation: 'c1', seq: 3, messageId: 'm3', time: 1 };
    const { host, run, server } = await scene({ send: () => sent }, adapter);
    const running = await run().caughtUp();
    expect(await running.session.perform(sendTo(remoteKey('c1'), 'hi'), running.signal)).toMatchObject({
      result: 'accepted',
    });
    server.link.push({ type: 'updates', updates: [message(1, 1, 'hello')], cursor: 1 });
    await until(() => host.texts.length === 1, running.ended);
    expect(await running.stop()).toEqual({ why: 'stopped' });
  });

  test('what comes while it may not be read waits, in order', async () => {
    const { host, run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    const gate = Promise.withResolvers<void>();
    host.gate = gate.promise;
    const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(500)}`);
    for (const [index, text] of texts.entries()) {
      server.link.push({
        type: 'updates',
        updates: [message(index + 1, index + 1, text)],
        cursor: index + 1,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    gate.resolve();
    await until(() => host.texts.length === texts.length, running.ended);
    expect(host.texts).toEqual(texts);
    await running.stop();
  });

  test('a link that is cut, a server that is not there and a binary frame end the run', async () => {
    const { host, run, server } = await scene({}, adapter);
    const first = await run().caughtUp();
    server.link.socket.terminate();
    expect(await first.ended).toMatchObject({ why: 'network', error: { code: 'network' } });
    host.phases.length = 0;
    const second = await run().caughtUp();
    server.link.socket.send(Buffer.from('{"type":"of the future"}'));
    expect(await second.ended).toMatchObject({ why: 'network', error: { code: 'protocol' } });
  });
});
