import { mintId, remoteKey, type OpBody } from '@natter/core';
import { afterEach, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

const room = (change: object): OpBody => ({ type: 'room', change }) as OpBody;
const join = room({ action: 'join', address: '#c' });
const say = (text: string): OpBody => ({
  type: 'send',
  content: { kind: 'text', text },
  replyTo: null,
  thread: null,
  mentions: [],
});

describe('what a server refuses is told with its numeric as data, and with what can be done', () => {
  test.each([
    ['JOIN', '471 me #c :full', join, 'too-large', 'wait', 'full'],
    ['JOIN', '473 me #c :invite only', join, 'forbidden', undefined, 'invitation'],
    ['JOIN', '474 me #c :banned', join, 'forbidden', undefined, 'banned'],
    ['JOIN', '475 me #c :bad key', join, 'forbidden', 'choose', 'key'],
    ['JOIN', '477 me #c :need account', join, 'forbidden', 'sign-in', 'registered'],
    ['JOIN', '405 me #c :too many channels', join, 'too-large', undefined, 'leave a channel'],
    ['JOIN', '437 me #c :unavailable', join, 'conflict', 'wait', 'unavailable'],
    ['JOIN', '403 me #c :no such channel', join, 'not-found', 'check-address', 'no such'],
    ['PRIVMSG', '401 me bob :no such nick', say('x'), 'not-found', 'check-address', 'no such nick'],
    ['PRIVMSG', '404 me bob :cannot send', say('x'), 'forbidden', undefined, 'may talk'],
    ['PRIVMSG', '531 me bob :not accepted', say('x'), 'forbidden', undefined, 'not accepted'],
    ['PRIVMSG', '716 me bob :is in +g mode', say('x'), 'forbidden', undefined, 'accepted'],
    [
      'NICK',
      '433 me other :in use',
      { type: 'profile', change: { action: 'name', name: 'other' } },
      'conflict',
      'choose',
      'nick',
    ],
    ['JOIN', 'FAIL JOIN CHANNEL_RENAMED #c :renamed', join, 'forbidden', undefined, 'renamed'],
  ] as const)('%s: %s', async (command, numeric, body, code, userAction, words) => {
    server = await ScriptedServer.start((line, tell) => {
      if (!line.startsWith(`${command} `) || line === 'NICK me') return false;
      tell(`:s ${numeric}`);
      return true;
    });
    running = run(server.port);
    expect(await running.online).toBeNull();
    const outcome = await running.perform(body, body.type === 'send' ? 'bob' : null);
    expect(outcome).toMatchObject({
      result: 'refused',
      error: { code, condition: { command: numeric.split(' ')[0] } },
    });
    if (outcome.result !== 'refused') return;
    expect(outcome.error.userAction).toBe(userAction);
    expect(outcome.error.message).toContain(words);
  });

  test('a server that is busy is asked again later', async () => {
    server = await ScriptedServer.start((line, tell) => {
      if (line.startsWith('JOIN')) tell(':s 263 me JOIN :try again');
      return line.startsWith('JOIN');
    });
    running = run(server.port);
    expect(await running.online).toBeNull();
    expect(await running.perform(join)).toMatchObject({
      result: 'not-sent',
      error: { code: 'rate-limited' },
    });
  });
});

test.each([
  ['koi8-r', [0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4], 'Привет'],
  ['shift_jis', [0x82, 0xb1, 0x82, 0xf1], 'こん'],
  ['iso-8859-15', [0xa4], '€'],
])('what is not UTF-8 is read as %s when the setting says so', async (encoding, bytes, text) => {
  server = await ScriptedServer.start();
  running = run(server.port, { config: { encoding } });
  expect(await running.online).toBeNull();
  const head = new TextEncoder().encode(':a!b@c PRIVMSG me :');
  server.push(new Uint8Array([...head, ...bytes, 13, 10]));
  await expect.poll(() => JSON.stringify(running.batches)).toContain(`"${text}"`);
});

test('D12: what is said to a connection that has ended is told as not sent, at once', async () => {
  server = await ScriptedServer.start();
  running = run(server.port);
  expect(await running.online).toBeNull();
  server.cut();
  await running.ended;
  expect(await running.perform(say('lost?'), 'bob')).toMatchObject({ result: 'not-sent' });
});

test('what is taken back before it has left never leaves, and waiting for our own pace is no silence of the server', async () => {
  server = await ScriptedServer.start();
  const pace = { floodBurst: 1, floodPerSecond: 4 };
  running = run(server.port, { config: pace, limits: { answerTime: 400 } });
  expect(await running.online).toBeNull();
  const waits = ['one', 'two', 'three'].map((text) => running.perform(say(text), 'bob'));
  const abort = new AbortController();
  const taken = running.session.perform(
    { id: mintId('operation'), conversation: remoteKey('bob'), attempt: 1, memo: null, body: say('four') },
    abort.signal,
  );
  abort.abort();
  expect(await taken).toMatchObject({ result: 'not-sent', error: { certain: true } });
  // Each waits longer for its turn than a server may take to answer.
  for (const outcome of await Promise.all(waits)) expect(outcome.result).toBe('unconfirmed');
  const said = server.heard.filter((line) => line.startsWith('PRIVMSG'));
  expect(said).toEqual(['PRIVMSG bob one', 'PRIVMSG bob two', 'PRIVMSG bob three']);
});

test('F24: lines leave at the pace that was set, in order, and none is lost', async () => {
  server = await ScriptedServer.start(
    offering('message-tags echo-message', (line, tell) => {
      if (line.startsWith('PRIVMSG')) tell(`:me!u@h ${line}`);
      return line.startsWith('PRIVMSG');
    }),
  );
  running = run(server.port, { config: { floodBurst: 3, floodPerSecond: 20 } });
  expect(await running.online).toBeNull();
  const from = performance.now();
  const texts = Array.from({ length: 12 }, (_, index) => `line${index}`);
  const outcomes = await Promise.all(texts.map((text) => running.perform(say(text), 'bob')));
  expect(outcomes.map(({ result }) => result)).toEqual(texts.map(() => 'accepted'));
  const said = server.heard.filter((line) => line.startsWith('PRIVMSG'));
  expect(said).toEqual(texts.map((text) => `PRIVMSG bob ${text}`));
  // Twelve messages and the PINGs behind them, less those that may leave at once, at twenty a second: a lower bound.
  expect(performance.now() - from).toBeGreaterThan((12 - 3) * 50 - 50);
});
