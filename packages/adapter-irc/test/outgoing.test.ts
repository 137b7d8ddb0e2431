import { afterEach, describe, expect, test } from 'vitest';
import { remoteKey, type OpBody, type Outcome } from '@natter/core';
import { accountCapabilities } from '../src/capabilities.ts';
import { run, type Running } from './support/online.ts';
import { offering, ScriptedServer, type Script } from './support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running?.stop();
  await server?.close();
});

const say = (text: string, replyTo: unknown = null): OpBody =>
  ({ type: 'send', content: { kind: 'text', text }, replyTo, thread: null, mentions: [] }) as OpBody;
const answer = { target: { stable: remoteKey('m1') } };

test.each([
  ['', '@+reply=m1;+draft/reply=m1'],
  ['CLIENTTAGDENY=draft/reply', '@+reply=m1'],
  ['CLIENTTAGDENY=*,-draft/reply', '@+draft/reply=m1'],
])(
  'a reply and a reaction name what they answer by every tag that the server passes on (%s)',
  async (support, tags) => {
    server = await ScriptedServer.start(offering('message-tags'), support);
    running = run(server.port);
    expect(await running.online).toBeNull();
    await running.perform(say('yes', answer), 'bob');
    expect(server.heard).toContain(`${tags} PRIVMSG bob yes`);
  },
);

test('that we type is told once in three seconds to each', async () => {
  server = await ScriptedServer.start(offering('message-tags'));
  running = run(server.port);
  expect(await running.online).toBeNull();
  for (const conversation of ['bob', 'bob', 'alice', 'bob'])
    running.session.signal({ type: 'typing', conversation: remoteKey(conversation), active: true });
  await running.perform(say('done'), 'bob');
  const told = server.heard.filter((line) => line.includes('TAGMSG'));
  expect(told).toEqual(['@+typing=active TAGMSG bob', '@+typing=active TAGMSG alice']);
});

test.each([
  [':me!~me@a.host.of.ours.test JOIN #c', '~me@a.host.of.ours.test'],
  [':s 396 me user@cloaked :is now your displayed host', 'user@cloaked'],
  [':me!u@h CHGHOST new new.host', 'new@new.host'],
])('a long text is cut for what stands before our words: %s', async (line, mask) => {
  server = await ScriptedServer.start();
  running = run(server.port);
  expect(await running.online).toBeNull();
  server.push(line);
  server.push(':bob!u@h PRIVMSG me :seen');
  await expect
    .poll(() => running.batches.some(({ events }) => events.some(({ type }) => type === 'timeline')))
    .toBe(true);
  await running.perform(say('é'.repeat(400)), 'bob');
  const [first = ''] = server.heard.filter((heard) => heard.startsWith('PRIVMSG'));
  // Others get it as `:me!user@host PRIVMSG bob :...`; the colon is ours to leave out.
  const whole = `:me!${mask} ${first.replace('bob ', 'bob :')}\r\n`;
  const bytes = Buffer.byteLength(whole);
  expect([bytes <= 512, bytes > 509]).toEqual([true, true]);
});

describe('a text of many lines', () => {
  const long = 'x'.repeat(2048);
  const heardOf = (command: string): string[] => server.heard.filter((line) => line.includes(command));

  async function sayLong(capabilities: string, more?: Script): Promise<Outcome> {
    server = await ScriptedServer.start(offering(capabilities, more));
    running = run(server.port);
    expect(await running.online).toBeNull();
    server.heard.length = 0;
    return running.perform(say(long), 'bob');
  }

  test('leaves a few lines together where PING finds the end of an answer, and no more than servers read', async () => {
    expect(await sayLong('')).toMatchObject({ result: 'unconfirmed' });
    expect(heardOf('PRIVMSG bob').join('').replaceAll('PRIVMSG bob ', '')).toBe(long);
    const said = server.heard.map((line) => (/^P(?:RIVMSG|ING) /.exec(line)?.[0] ?? '').slice(1, 2));
    const groups = said.join('').split('I');
    expect(groups.map((group) => group.length)).toEqual([1, 3, expect.any(Number), 0]);
  });

  test('is refused as one while nothing of it has been said', async () => {
    const outcome = await sayLong('', (line, emit) => {
      if (line.startsWith('PRIVMSG')) emit(':s 401 me bob :no such nick');
    });
    expect(outcome).toMatchObject({ result: 'refused' });
    expect(heardOf('PRIVMSG')).toHaveLength(1);
  });

  test('is not told as refused when a part was said', async () => {
    let count = 0;
    const outcome = await sayLong('', (line, emit) => {
      if (line.startsWith('PRIVMSG') && (count += 1) > 3) emit(':s 401 me bob :no such nick');
    });
    expect(outcome).toMatchObject({ result: 'unknown' });
  });

  test('takes each echo as that of one line, also when several say the same', async () => {
    let count = 0;
    const outcome = await sayLong('echo-message message-tags', (line, emit) => {
      if (line.startsWith('PRIVMSG')) emit(`@msgid=m${(count += 1)} :me!u@h ${line}`);
    });
    const ids = Array.from({ length: count }, (_, index) => `m${index + 1}`);
    expect(outcome).toEqual({ result: 'accepted', refs: ids });
    const parts = running.batches
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'timeline' ? event.items.map(({ part }) => part) : []));
    expect(parts).toEqual(ids.map((_, index) => index));
  });
});

test.each([
  ['', 2048],
  ['batch labeled-response', 4096],
])('the longest text is what is through in time, and that is what is told: %s', async (names, most) => {
  const script: Script = (line, emit) => {
    const [label = ''] = /label=\w+/.exec(line) ?? [];
    if (line.includes('PRIVMSG') && label !== '') emit(`@${label} :s ACK`);
  };
  server = await ScriptedServer.start(offering(names, script));
  running = run(server.port);
  expect(await running.online).toBeNull();
  const limits = accountCapabilities({ enabled: new Set(names.split(' ')), denied: undefined }).limits;
  expect(limits.textBytes).toBe(most);
  const results = [];
  for (const length of [most, most + 1])
    results.push((await running.perform(say('x'.repeat(length)), 'bob')).result);
  expect(results).toEqual([names === '' ? 'unconfirmed' : 'accepted', 'refused']);
});

test.each([
  ['echo-message', 'none'],
  ['echo-message labeled-response batch message-tags server-time', 'none'],
  ['draft/read-marker', 'none'],
  ['echo-message draft/read-marker', 'full'],
  ['echo-message znc.in/self-message', 'full'],
])('an echo is that of other devices only where they share our nick: %s', (names, support) => {
  const enabled = new Set(names.split(' '));
  expect(accountCapabilities({ enabled, denied: undefined }).support['own-echo']).toBe(support);
});
