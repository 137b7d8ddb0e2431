import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { remoteKey, type Op } from '@natter/core';
import type { Requests } from '@natter/native-protocol';
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
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
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

  test('half a character does not make a frame that the server cannot read', async () => {
    const { run, server } = await scene({
      send: () => sent,
      'contact-update': () => ({ contact: null, version: 1 }),
    });
    const running = await run().caughtUp();
    const change = {
      action: 'rename',
      contact: remoteKey('bob@test.example'),
      alias: 'a\ud800b',
      groups: [],
    } as const;
    const op = { ...sendTo(null, ''), body: { type: 'roster', change } } as const;
    expect(await running.session.perform(op, running.signal)).toMatchObject({ result: 'accepted' });
    expect(server.link.received.at(-1)).toMatchObject({ alias: 'a\ufffdb' });
    const text = 'it is \\ud800 in JSON \udfff';
    await running.session.perform(sendTo(remoteKey('c1'), text), running.signal);
    expect(server.link.received.at(-1)).toMatchObject({ body: { text: 'it is \\ud800 in JSON \ufffd' } });
    await running.stop();
  });

  test('what no frame can carry is refused, and not sent again and again', async () => {
    const { run, server } = await scene({ send: () => sent });
    const running = await run().caughtUp();
    const long = sendTo(remoteKey('c1'), 'x'.repeat(20_001));
    expect(await running.session.perform(long, running.signal)).toMatchObject({
      result: 'refused',
      error: { code: 'too-large' },
    });
    const link = { type: 'link', url: `https://a.example/${'x'.repeat(2_000)}`, children: ['y'] } as const;
    const content = { kind: 'text', text: '', formatted: Array.from({ length: 900 }, () => link) } as const;
    const body = { type: 'send', content, replyTo: null, thread: null, mentions: [] } as const;
    expect(await running.session.perform({ ...long, body }, running.signal)).toMatchObject({
      result: 'refused',
      error: { code: 'too-large' },
    });
    expect(server.link.received.filter(({ type }) => type === 'send')).toEqual([]);
    await running.stop();
  });

  test.each([
    [
      'edit',
      { type: 'edit', target: { stable: remoteKey('c1:3') }, content: { kind: 'text', text: 'b' } },
      { conversation: 'c1', seq: 3, body: { text: 'b' } },
    ],
    [
      'retract',
      { type: 'retract', target: { stable: remoteKey('c1:3') }, reason: null },
      { conversation: 'c1', seq: 3 },
    ],
    [
      'react',
      { type: 'react', target: { stable: remoteKey('c1:3') }, key: '+', on: true, mine: ['+'] },
      { conversation: 'c1', seq: 3, key: '+', on: true },
    ],
    [
      'mark',
      { type: 'mark-read', upTo: { stable: remoteKey('c1:3') } },
      { kind: 'read', marks: [{ conversation: 'c1', seq: 3 }] },
    ],
    [
      'contact-request',
      { type: 'roster', change: { action: 'add', address: 'bob', text: 'hi', alias: 'B' } },
      { address: 'bob@test.example', text: 'hi', alias: 'B' },
    ],
    [
      'contact-accept',
      { type: 'roster', change: { action: 'accept', contact: remoteKey('bob@x') } },
      { address: 'bob@x' },
    ],
    [
      'contact-update',
      {
        type: 'roster',
        change: { action: 'groups', contact: remoteKey('bob@x'), alias: 'B', groups: ['g'] },
      },
      { address: 'bob@x', groups: ['g'] },
    ],
  ] as [keyof Requests, Op['body'], object][])(
    '%s asks for what the operation says',
    async (type, body, fields) => {
      const { run, server } = await scene({
        [type]: () => (type.startsWith('contact') ? { contact: null, version: 1 } : { done: true }),
      });
      const running = await run().caughtUp();
      const op = { ...sendTo(remoteKey('c1'), ''), body };
      expect(await running.session.perform(op, running.signal)).toMatchObject({ result: 'accepted' });
      expect(server.link.received.at(-1)).toEqual({ type, id: expect.any(Number) as number, ...fields });
      await running.stop();
    },
  );

  test('a message that only its sender has a name for cannot be changed', async () => {
    const { run } = await scene();
    const running = await run().caughtUp();
    const target = { claimed: 'x', sender: remoteKey('bob@x') };
    const op = { ...sendTo(remoteKey('c1'), ''), body: { type: 'retract', target, reason: null } } as const;
    expect(await running.session.perform(op, running.signal)).toMatchObject({
      result: 'refused',
      error: { code: 'not-found' },
    });
    await running.stop();
  });
});
