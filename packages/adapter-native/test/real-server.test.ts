import { mintId, remoteKey, type Batch, type Op, type Page, type PageRequest, type Step } from '@natter/core';
import { createTestCa } from '@natter/testing/tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNativeAdapter } from '../src/index.ts';
import { Running, TestHost, until } from './support/host.ts';
import { NativePeer } from './support/peer.ts';
import { startRealNetwork, type RealNetwork } from './support/real-network.ts';
import { sendTo } from './support/scene.ts';

const adapter = createNativeAdapter({ maximumUncommitted: 64 * 1024 });
const password = 'correct horse';
let network: RealNetwork;
let peer: NativePeer;

beforeEach(async () => {
  network = await startRealNetwork();
  peer = await NativePeer.start(network.server.url, 'bob', password, 'alice@localhost');
});

afterEach(async () => {
  await peer.stop();
  await network.close();
});

async function login(
  user: string,
  values: Record<string, string>,
  purpose: 'add' | 'register' = 'add',
): Promise<{ last: Step; host: TestHost }> {
  const host = new TestHost();
  const address = `${user}@127.0.0.1:${network.proxy.port}`;
  const interaction = adapter.login(
    { purpose, address, config: {}, account: mintId('account'), deviceId: 'x' },
    host,
  );
  const { signal } = new AbortController();
  let last = await interaction.next(null, signal);
  if (last.kind === 'fields') last = await interaction.next({ action: 'submit', values }, signal);
  return { last, host };
}

async function alice(): Promise<{ host: TestHost; run: () => Running }> {
  const { last, host } = await login('alice', { password });
  expect(last).toMatchObject({ kind: 'done', address: 'alice@localhost' });
  return {
    host,
    run: () =>
      new Running(adapter, { server: `ws://127.0.0.1:${network.proxy.port}` }, host, 'alice@localhost'),
  };
}

test('by TLS, with an authority of its own', async () => {
  const authority = await createTestCa();
  const { chain, key } = await authority.issue({ hosts: ['127.0.0.1'] });
  const secure = await startRealNetwork({}, { tls: { certificate: chain, key }, registration: 'invite' });
  const address = `carol@127.0.0.1:${secure.proxy.port}`;
  const { code } = await secure.server.administration.invite();
  const config = { ca: authority.certificate, invite: code };
  const host = new TestHost();
  const start = { purpose: 'register', address, account: mintId('account'), deviceId: 'x', config } as const;
  const interaction = adapter.login(start, host);
  const { signal } = new AbortController();
  await interaction.next(null, signal);
  const last = await interaction.next({ action: 'submit', values: { password } }, signal);
  expect(last).toMatchObject({ kind: 'done', config: { server: `wss://127.0.0.1:${secure.proxy.port}/` } });
  const running = await new Running(adapter, config, host, address).caughtUp();
  const sent = await running.session.perform(
    sendTo({ direct: remoteKey('bob@localhost') }, 'hi'),
    running.signal,
  );
  expect(sent).toMatchObject({ result: 'accepted' });
  await running.stop();
  await secure.close();
});

describe('on the real server', () => {
  test('an answer that is lost is unknown; the resend is the same message', async () => {
    const { host, run } = await alice();
    const running = await run().caughtUp();
    const [link] = network.proxy.connections;
    link?.apply({ toClient: { stalled: true } });
    const op: Op = sendTo({ direct: remoteKey('bob@localhost') }, 'am I heard?');
    const outcome = running.session.perform(op, running.signal);
    await expect.poll(async () => (await peer.received()).length).toBe(1);
    network.proxy.cutAll('reset');
    expect(await outcome).toMatchObject({ result: 'unknown', error: { certain: false } });
    expect(await running.ended).toMatchObject({ why: 'network' });

    host.phases.length = 0;
    const again = await run().caughtUp();
    const second = await again.session.perform({ ...op, attempt: 2 }, again.signal);
    const [row] = host.batches
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'timeline' ? event.items : []));
    expect(second).toMatchObject({ result: 'accepted', refs: [row?.stable] });
    expect(row).toMatchObject({ operation: op.id, sender: { self: true } });
    expect((await peer.received()).map(({ text }) => text)).toEqual(['am I heard?']);
    const other: Op = { ...sendTo({ direct: remoteKey('bob@localhost') }, 'something else'), id: op.id };
    expect(await again.session.perform(other, again.signal)).toMatchObject({
      result: 'refused',
      error: { code: 'conflict' },
    });
    await again.stop();
  });

  test('what was said while away comes once, in order, in pages', async () => {
    const { host, run } = await alice();
    await (await run().caughtUp()).stop();
    host.batches.length = 0;
    host.phases.length = 0;
    const texts = Array.from({ length: 1_200 }, (_, index) => `number ${index}`);
    await Promise.all(texts.map((text) => peer.send(text)));
    const running = await run().caughtUp();
    expect(host.texts).toEqual(texts);
    expect(
      host.batches.filter(({ events }) => events.some(({ type }) => type === 'timeline')).length,
    ).toBeGreaterThan(2);
    // The sender learns that they have arrived, and the server how far we are.
    await expect.poll(() => peer.deliveredToAccount()).toBe(texts.length);
    await running.stop();
  });

  test('a reader that is slow loses nothing', async () => {
    const { host, run } = await alice();
    const running = await run().caughtUp();
    const commit = host.commit.bind(host);
    host.commit = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await commit(batch);
    };
    const long = 'x'.repeat(15_000);
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ${long}`);
    await Promise.all(texts.map((text) => peer.send(text)));
    await until(() => host.texts.length >= texts.length, running.ended);
    expect(host.texts).toEqual(texts);
    await running.stop();
  });

  test('a page that takes its time on a slow link is waited for', async () => {
    const { host } = await alice();
    const impatient = createNativeAdapter({ keepaliveInterval: 500, replyTimeout: 500 });
    const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(15_000)}`);
    for (const text of texts) await peer.send(text);
    // 300 KB at 400 KB/s: longer than the time-out, and never silent.
    network.proxy.faults = { toClient: { bandwidth: 400_000 } };
    const config = { server: `ws://127.0.0.1:${network.proxy.port}` };
    const running = await new Running(impatient, config, host, 'alice').caughtUp();
    expect(host.texts).toEqual(texts);
    await running.stop();
  });

  test('a suspended account is cut, says why, and goes on without a password once that is lifted', async () => {
    const { host, run } = await alice();
    const running = await run().caughtUp();
    await network.server.administration.suspend('alice', 'spam');
    expect(await running.ended).toMatchObject({
      why: 'refused',
      error: { code: 'suspended', message: expect.stringMatching(/spam/) as string },
    });
    expect(await run().ended).toMatchObject({ why: 'refused', error: { code: 'suspended' } });
    expect((await login('alice', { password })).last).toMatchObject({
      kind: 'failed',
      error: { code: 'suspended' },
    });
    await network.server.administration.resume('alice');
    const again = run();
    await until(() => host.phases.filter((phase) => phase === 'online').length === 2, again.ended);
    await again.stop();
  });

  test('the same device elsewhere takes our place; a device that was signed out has to sign in', async () => {
    const { host, run } = await alice();
    const first = await run().caughtUp();
    const second = run();
    expect(await first.ended).toMatchObject({ why: 'replaced', error: { code: 'replaced' } });
    await until(() => host.phases.filter((phase) => phase === 'online').length === 2, second.ended);
    await network.server.administration.setPassword('alice', 'another horse');
    expect(await second.ended).toMatchObject({ why: 'needsLogin', error: { code: 'authentication' } });
    expect(await run().ended).toMatchObject({ why: 'needsLogin' });
  });

  test('wipe signs the device out on the server too', async () => {
    const { host, run } = await alice();
    const running = await run().caughtUp();
    await running.stop();
    expect(
      (await network.server.administration.listUsers()).find(({ address }) => address === 'alice@localhost')
        ?.devices,
    ).toBe(1);
    await running.session.wipe(true, new AbortController().signal);
    expect(host.secrets.size).toBe(0);
    expect(
      (await network.server.administration.listUsers()).find(({ address }) => address === 'alice@localhost')
        ?.devices,
    ).toBe(0);
  });

  test('registers, and refuses a name that is taken and a password that is too short', async () => {
    expect((await login('carol', { password }, 'register')).last).toMatchObject({
      kind: 'done',
      address: 'carol@localhost',
    });
    const taken = await login('carol', { password }, 'register');
    expect(taken.last).toMatchObject({ kind: 'failed', error: { code: 'conflict' } });
    expect(taken.host.secrets.size).toBe(0);
    expect((await login('dave', { password: 'short' }, 'register')).last).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid' },
    });
    expect((await login('nobody', { password })).last).toMatchObject({
      kind: 'failed',
      error: { code: 'authentication' },
    });
  });

  test('the server goes and comes back', async () => {
    const { host, run } = await alice();
    const running = await run().caughtUp();
    await network.server.close();
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'server' } });
    expect(host.secrets.size).toBe(1);
  });

  test('a cursor that the server does not know gives what is there, and gaps that can be filled', async () => {
    const { host, run } = await alice();
    const texts = Array.from({ length: 130 }, (_, index) => `number ${index}`);
    for (const text of texts) await peer.send(text);
    host.cursors.set('account', '9999');
    const running = await run().caughtUp();
    expect(host.texts).toEqual(texts.slice(-50));
    const opened = host.batches.flatMap(({ gaps }) => gaps ?? []);
    expect(opened).toMatchObject([{ op: 'open', gap: { after: null } }]);
    const told = [host.texts];
    for (let [change] = opened; change?.op === 'open';) {
      const { gap } = change;
      const request = { conversation: gap.conversation, gap, direction: 'older', limit: 30 } as const;
      const { batch } = await running.session.history(request, running.signal);
      told.unshift(textsOf(batch));
      [change] = batch.gaps ?? [];
    }
    expect(told.flat()).toEqual(texts);
    expect(told.map(({ length }) => length)).toEqual([20, 30, 30, 50]);
    await peer.send('and on');
    await until(() => host.texts.includes('and on'), running.ended);
    await running.stop();
  });

  test('history goes both ways, from a message or a cursor', async () => {
    const { run } = await alice();
    for (let index = 1; index <= 9; index += 1) await peer.send(String(index));
    const running = await run().caughtUp();
    const conversation = remoteKey((await peer.place('5')).conversation);
    const anchor = remoteKey(`${conversation}:5`);
    const ask = (request: Partial<PageRequest>): Promise<Page> =>
      running.session.history({ conversation, direction: 'older', limit: 3, ...request }, running.signal);
    const older = await ask({ anchor });
    expect(textsOf(older.batch)).toEqual(['2', '3', '4']);
    const start = await ask({ cursor: older.next ?? '' });
    expect([textsOf(start.batch), start.next, start.reached]).toEqual([['1'], null, 'start']);
    const newer = await ask({ anchor, direction: 'newer' });
    expect(textsOf(newer.batch)).toEqual(['6', '7', '8']);
    const end = await ask({ cursor: newer.next ?? '', direction: 'newer' });
    expect([textsOf(end.batch), end.next, end.reached]).toEqual([['9'], null, 'end']);
    const gap = {
      id: 'g',
      conversation,
      after: remoteKey(`${conversation}:4`),
      before: remoteKey(`${conversation}:8`),
      token: null,
    };
    const part = await ask({ gap, limit: 2 });
    expect(part.batch.gaps).toEqual([{ op: 'open', gap: { ...gap, before: `${conversation}:6` } }]);
    expect((await ask({ gap, limit: 3 })).batch.gaps).toEqual([{ op: 'close', id: 'g' }]);
    await running.stop();
  });
});

function textsOf({ events }: Batch): string[] {
  return events.flatMap((event) =>
    event.type === 'timeline' ? event.items.map(({ content }) => content.text) : [],
  );
}
