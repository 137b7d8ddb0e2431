import { afterEach, expect, test } from 'vitest';
import { remoteKey, type OpBody } from '@natter/core';
import { run, type Running } from './support/online.ts';
import { offering, ScriptedServer } from './support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
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
