import { describe, expect, test } from 'vitest';
import { createNativeAdapter } from '../src/index.ts';
import { until } from './support/host.ts';
import { message, scene } from './support/scene.ts';
import { peaceful, silence, welcome, type Answers, type ScriptedLink } from './support/scripted-server.ts';

const adapter = createNativeAdapter();
const impatient = createNativeAdapter({ replyTimeout: 300, keepaliveInterval: 300 });

/** Frames that no server of ours sends, each with what the user is told. */
const badFrames: readonly (readonly [name: string, text: string, says: RegExp])[] = [
  ['no JSON', '{"type":', /malformed/],
  ['no object', '[1,2]', /malformed/],
  ['no type', '{"id":1}', /malformed/],
  ['a key twice', '{"type":"lagging","head":1,"head":2}', /malformed/],
  ['a prototype', '{"type":"lagging","head":1,"__proto__":{"a":1}}', /malformed/],
  [
    'half a character',
    '{"type":"typing","conversation":"\\ud800","from":"b","active":true,"expiresAfter":1}',
    /malformed/,
  ],
  ['a wrong type', '{"type":"lagging","head":"1"}', /malformed/],
  ['too deep', `{"type":"lagging","head":1,"x":${'['.repeat(100)}${']'.repeat(100)}}`, /too deep/],
  ['too large', `{"type":"later","x":"${'x'.repeat(4_200_000)}"}`, /WebSocket protocol/],
  ['an answer to nothing', '{"type":"reply","id":999,"result":{}}', /not asked/],
  [
    'an error about no frame',
    '{"type":"error","error":{"code":"malformed","message":"?"}}',
    /could not read/,
  ],
];

describe('a hostile server', () => {
  test.each(badFrames)('%s ends the run', async (_name, text, says) => {
    const { run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    server.link.raw(text);
    const ended = await running.ended;
    expect(ended).toMatchObject({ why: 'network', error: { code: 'protocol' } });
    expect(ended.why === 'network' && ended.error.message).toMatch(says);
  });

  test('a binary frame ends the run', async () => {
    const { run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    server.link.socket.send(Buffer.from('{"type":"of the future"}'));
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'protocol' } });
  });

  test('a host that throws ends the run, and not the process', async () => {
    const { host, run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    host.hint = () => {
      throw new Error('a defect');
    };
    server.link.push({ type: 'typing', conversation: 'c1', from: 'b@x', active: true, expiresAfter: 5 });
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'internal' } });
  });

  test('a server that does not answer our goodbye is not waited for', async () => {
    const { run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    server.link.socket.pause();
    const began = performance.now();
    expect(await running.stop()).toEqual({ why: 'stopped' });
    expect(performance.now() - began).toBeLessThan(10_000);
    // So that this end finds out that the other is gone.
    server.link.socket.resume();
  });

  test('what a newer server may send is ignored', async () => {
    const { host, run, server } = await scene({}, adapter);
    const running = await run().caughtUp();
    server.link.raw('{"type":"of the future","x":1}');
    server.link.raw('{"type":"updates","cursor":1,"updates":[{"kind":"of the future","position":1}]}');
    await until(() => host.cursors.get('account') === '1', running.ended);
    await running.stop();
  });

  test.each([
    [
      'a push before sign-in',
      { hello: (_frame, link) => (link.raw('{"type":"lagging","head":1}'), welcome) },
    ],
    ['a large frame before sign-in', { hello: () => ({ ...welcome, software: 'x'.repeat(70_000) }) }],
    ['a wrong welcome', { hello: () => ({ ...welcome, limits: null }) }],
    ['a wrong answer to the sign-in', { resume: () => ({ address: 1 }) }],
    ['a wrong roster', { roster: () => ({ version: 1, full: true, contacts: [{}], removed: [] }) }],
  ] as [string, Answers][])('%s ends the run', async (_name, answers) => {
    const { run } = await scene(answers, adapter);
    expect(await run().ended).toMatchObject({ why: 'network', error: { code: 'protocol' } });
  });

  test.each([
    ['leaves a hole', { updates: [message(2, 2, 'x')], cursor: 2, head: 2, more: false }],
    ['goes back', { updates: [message(1, 1, 'x'), message(1, 1, 'x')], cursor: 2, head: 2, more: false }],
    ['jumps ahead', { updates: [], cursor: 7, head: 7, more: false }],
    ['never ends', { updates: [], cursor: 0, head: 7, more: true }],
  ])('a log that %s ends the run and moves no cursor', async (_name, page) => {
    const { host, run } = await scene({ sync: () => page }, adapter);
    const running = run();
    await until(() => host.phases.includes('online'));
    await expect(running.session.catchUp('account', null, running.signal)).rejects.toMatchObject({
      data: { code: 'protocol' },
    });
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'protocol' } });
    expect(host.cursors.size).toBe(0);
  });

  test.each(['hello', 'resume', 'roster', 'sync', 'ping'] as const)(
    'silence at %s ends the run as a time-out',
    async (type) => {
      const { host, run } = await scene({ [type]: () => silence }, impatient);
      const running = run();
      if (type === 'sync') {
        await until(() => host.phases.includes('online'));
        await expect(running.session.catchUp('account', null, running.signal)).rejects.toMatchObject({
          data: { code: 'timeout' },
        });
      }
      expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'timeout' } });
    },
  );

  test('a server that talks and does not answer is given up as well', async () => {
    const { host, run, server } = await scene({ sync: () => silence }, impatient);
    const running = run();
    await until(() => host.phases.includes('online'));
    const chatter = setInterval(
      () => server.link.push({ type: 'presence', address: 'b@x', devices: [] }),
      20,
    );
    await expect(running.session.catchUp('account', null, running.signal)).rejects.toMatchObject({
      data: { code: 'timeout' },
    });
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'timeout' } });
    clearInterval(chatter);
  });

  test('a store that never ends its commit ends the run, and not the memory', async () => {
    const using = createNativeAdapter({
      replyTimeout: 300,
      keepaliveInterval: 300,
      maximumUncommitted: 1_000,
    });
    const { host, run, server } = await scene({}, using);
    const running = await run().caughtUp();
    host.gate = new Promise(() => {});
    for (let seq = 1; seq <= 20; seq += 1) {
      server.link.push({ type: 'updates', updates: [message(seq, seq, 'x'.repeat(500))], cursor: seq });
    }
    expect(await running.ended).toMatchObject({
      why: 'network',
      error: { message: 'what came could not be stored in time' },
    });
  });
});

describe('a connection that is cut', () => {
  const frames = ['hello', 'resume', 'roster', 'sync'] as const;
  test.each(frames)('at %s ends the run as network trouble, and the next one goes through', async (type) => {
    let cut = true;
    const answers = {
      [type]: (frame: never, link: ScriptedLink) => {
        if (!cut) return peaceful[type]?.(frame, link);
        link.socket.terminate();
        return silence;
      },
    };
    const { host, run } = await scene(answers, adapter);
    const running = run();
    if (type === 'sync') {
      await until(() => host.phases.includes('online'));
      await expect(running.session.catchUp('account', null, running.signal)).rejects.toMatchObject({
        data: { code: 'network' },
      });
    }
    expect(await running.ended).toMatchObject({
      why: 'network',
      error: { code: 'network', retriable: true },
    });
    cut = false;
    host.phases.length = 0;
    const again = await run().caughtUp();
    expect(await again.stop()).toEqual({ why: 'stopped' });
  });
});
