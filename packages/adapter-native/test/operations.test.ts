import { describe, expect, test } from 'vitest';
import { remoteKey } from '@natter/core';
import { until } from './support/host.ts';
import { message, scene, sendTo } from './support/scene.ts';
import { silence } from './support/scripted-server.ts';

describe('perform', () => {
  const sent = { conversation: 'c1', seq: 3, messageId: 'm3', time: 1 };

  test('a send carries the operation as client id, and the echo carries the operation', async () => {
    const { host, run, server } = await scene({ send: () => sent });
    const running = await run().caughtUp();
    const op = sendTo({ direct: remoteKey('bob@test.example') }, 'hi');
    expect(await running.session.perform(op, running.signal)).toEqual({
      result: 'accepted',
      refs: ['c1:3'],
      conversation: 'c1',
    });
    expect(server.link.received.at(-1)).toMatchObject({
      type: 'send',
      clientId: op.id,
      peer: 'bob@test.example',
      body: { text: 'hi' },
    });
    const echo = { ...message(1, 3, 'hi', 'alice@test.example'), clientId: op.id };
    server.link.push({ type: 'updates', updates: [echo], cursor: 1 });
    await until(() => host.texts.length === 1);
    const [event] = host.batches.at(-1)?.events ?? [];
    expect(event).toMatchObject({
      place: { keys: ['0000000000000003'] },
      items: [{ stable: 'c1:3', claimed: op.id, operation: op.id, sender: { self: true } }],
    });
    await running.stop();
  });

  test('a client id of somebody else is not believed', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    server.link.push({
      type: 'updates',
      updates: [{ ...message(1, 1, 'forged'), clientId: 'o-mine' }],
      cursor: 1,
    });
    await until(() => host.texts.length === 1);
    expect(host.batches.at(-1)?.events[0]).toMatchObject({ items: [{ claimed: null, operation: null }] });
    await running.stop();
  });

  test('abort: not-sent before a byte has left, unknown after', async () => {
    const { run, server } = await scene({ send: () => silence });
    const running = await run().caughtUp();
    const abort = new AbortController();
    const outcome = running.session.perform(sendTo(remoteKey('c1'), 'hi'), abort.signal);
    await until(() => server.link.received.some(({ type }) => type === 'send'));
    abort.abort();
    expect(await outcome).toMatchObject({ result: 'unknown', error: { code: 'aborted', certain: false } });
    expect(await running.session.perform(sendTo(remoteKey('c1'), 'hi'), abort.signal)).toMatchObject({
      result: 'not-sent',
    });
    await running.stop();
  });

  test('the run ends meanwhile: unknown when it had left; not-sent afterwards', async () => {
    const { run, server } = await scene({ send: () => silence });
    const running = await run().caughtUp();
    const outcome = running.session.perform(sendTo(remoteKey('c1'), 'hi'), running.signal);
    await until(() => server.link.received.some(({ type }) => type === 'send'));
    server.link.socket.terminate();
    expect(await outcome).toMatchObject({ result: 'unknown' });
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'network' } });
    expect(
      await running.session.perform(sendTo(remoteKey('c1'), 'hi'), new AbortController().signal),
    ).toMatchObject({ result: 'not-sent' });
  });

  test.each([
    ['conflict', 'refused', 'conflict'],
    ['blocked', 'refused', 'forbidden'],
    ['too-fast', 'not-sent', 'rate-limited'],
    ['unavailable', 'not-sent', 'server'],
    ['internal', 'unknown', 'server'],
    ['a code of the future', 'unknown', 'server'],
  ])('the answer %s makes it %s', async (code, result, error) => {
    const { run } = await scene({ send: () => ({ code }) });
    const running = await run().caughtUp();
    expect(await running.session.perform(sendTo(remoteKey('c1'), 'hi'), running.signal)).toMatchObject({
      result,
      error: { code: error },
    });
    await running.stop();
  });
});
