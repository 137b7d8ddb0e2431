import { afterEach, beforeEach, expect, test } from 'vitest';
import { memorySecrets } from '@natter/core';
import { eventually, Home } from './support/home.ts';
import { directRoom, Homeserver, json, message, refuse } from './support/homeserver.ts';

let server: Homeserver;
let home: Home;

beforeEach(async () => {
  server = await Homeserver.start();
  server.push(directRoom());
  server.say([message('$1', 'one')]);
});
afterEach(async () => {
  await home?.close();
  await server.stop();
});

async function open(options: Parameters<typeof Home.open>[1] = {}): Promise<void> {
  home = await Home.open(server, options);
  await home.phase('online');
  await home.hears(['one']);
}

test('a server that is too busy is left in peace as long as it asks for, and gets the message once', async () => {
  await open();
  const asked: number[] = [];
  server.script(/^PUT .*\/send\//, 2, (_, response) => {
    asked.push(performance.now());
    response.setHeader('retry-after', '1');
    refuse(response, 429, 'M_LIMIT_EXCEEDED', asked.length === 1 ? { retry_after_ms: 300 } : {});
    return true;
  });
  await home.send('hello');
  await eventually(async () => (await home.rows()).at(-1)?.delivery).toBe('sent');
  expect(await home.texts()).toEqual(['one', 'hello']);
  expect(server.sent.size).toBe(1);
  // The first answer says it in its body, the second in its header alone. Timers may be a hair early.
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(290);
  expect(server.count(/^PUT .*\/send\//)).toBe(3);
});

test('a send whose answer comes too late is asked again by the same name, and is one event', async () => {
  await open({ limits: { silence: 200 } });
  server.script(/^PUT .*\/send\//, 1, (asked, response) => {
    const [transaction = ''] = asked.path.split('/').slice(-1);
    server.sent.set(transaction, '$late'); // it was taken, and nobody hears of it
    response.on('close', () => {}); // the answer would come after we have given up
    return true;
  });
  await home.send('hello');
  await eventually(() => server.count(/^PUT .*\/send\//)).toBe(2);
  const names = server.asked.filter(({ path }) => path.includes('/send/')).map(({ path }) => path);
  expect(new Set(names).size).toBe(1);
  await eventually(async () => (await home.rows()).at(-1)?.delivery).toBe('sent');
  expect((await home.rows()).at(-1)?.stable).toBe('$late');
});

test.each([
  ['a bad gateway', 502],
  ['a gateway that is too slow', 504],
])('%s between us and the server costs a moment and no message', async (_, status) => {
  await open();
  server.script(/^GET client\/v3\/sync/, 3, (_asked, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html>sorry</html>');
    return true;
  });
  for (const [id, text] of [
    ['$2', 'two'],
    ['$3', 'three'],
  ] as const)
    server.say([message(id, text)]);
  await home.hears(['one', 'two', 'three']);
});

test('JSON that ends in the middle moves nothing: the same is asked for again', async () => {
  await open();
  const tokens: (string | null)[] = [];
  server.script(/^GET client\/v3\/sync/, 4, ({ query }, response) => {
    tokens.push(query.get('since'));
    const cut = '{"next_batch":"a99","rooms":{"join":{';
    if (tokens.length % 2 === 0) response.writeHead(200, { 'content-length': '1000' }).write(cut);
    else response.writeHead(200).end(cut);
    if (tokens.length % 2 === 0) response.destroy();
    return true;
  });
  server.say([message('$2', 'two')]);
  await home.hears(['one', 'two']);
  expect(new Set(tokens).size).toBe(1);
});

test('a token that the server forgot is no end: all is told anew, and nothing is there twice', async () => {
  await open();
  server.say([message('$2', 'two')]);
  await home.hears(['one', 'two']);
  server.epoch = 'b';
  server.say([message('$3', 'three')]);
  await home.hears(['one', 'two', 'three']);
  expect(
    server.asked.filter(({ path, query }) => path === 'client/v3/sync' && !query.has('since')).length,
  ).toBe(2);
});

test('what a synchronisation leaves out is fetched until the last message that is stored', async () => {
  await open();
  server.pages.set('back-1', { chunk: [message('$5', 'five'), message('$4', 'four')], end: 'back-2' });
  server.pages.set('back-2', {
    chunk: [message('$3', 'three'), message('$2', 'two'), message('$1', 'one')],
    end: 'back-3',
  });
  await home.enable(false);
  server.say([message('$6', 'six')], { limited: true, prev_batch: 'back-1' });
  await home.enable(true);
  await home.hears(['one', 'two', 'three', 'four', 'five', 'six']);
  await eventually(() => home.gaps()).toBe(0);
});

test('a hole that cannot be filled stays marked, and is filled another time', async () => {
  await open();
  await home.enable(false);
  server.say([message('$6', 'six')], { limited: true, prev_batch: 'back-1' });
  await home.enable(true);
  await home.hears(['one', 'six']);
  await eventually(() => server.count(/messages$/)).toBeGreaterThan(0);
  expect(home.gaps()).toBe(1);
  server.pages.set('back-1', { chunk: [message('$2', 'two'), message('$1', 'one')], end: 'back-2' });
  server.script(/^GET client\/v3\/sync/, 1, (_, response) => {
    response.destroy();
    return true;
  });
  await home.hears(['one', 'two', 'six']);
  await eventually(() => home.gaps()).toBe(0);
});

test.each([
  ['for now: the same device, so that its keys stay good', true, 'DEVICE'],
  ['for good: another device, as the server has destroyed that one', false, undefined],
])('a token that is worth nothing asks for a sign-in and forgets no history; %s', async (_, soft, device) => {
  await open();
  server.soft = soft;
  server.token = 'token-2';
  server.say([message('$2', 'two')]);
  await home.phase('needsLogin');
  expect(await home.texts()).toEqual(['one']);
  await home.relogin();
  await home.phase('online');
  await home.hears(['one', 'two']);
  const [first, second] = server.asked.filter(
    ({ method, path }) => method === 'POST' && path === 'client/v3/login',
  );
  expect(first?.body['device_id']).toBeUndefined();
  expect(second?.body['device_id']).toBe(device);
});

test('a token that has ended is renewed, and the new one is kept before it is used', async () => {
  const secrets = memorySecrets();
  const kept: string[] = [];
  const watched = {
    ...secrets,
    get: (...names: Parameters<typeof secrets.get>) => secrets.get(...names),
    set: async (...entry: Parameters<typeof secrets.set>) => {
      await secrets.set(...entry);
      kept.push(`kept ${/token-\d/.exec(String(entry.at(-1)))?.[0]}`);
    },
  };
  server.script(/^POST client\/v3\/login/, 1, (_, response) => {
    json(response, {
      user_id: '@me:scripted.test',
      device_id: 'D',
      access_token: 'token-1',
      refresh_token: 'r1',
    });
    return true;
  });
  server.script(/^POST client\/v3\/refresh/, 1, ({ body }, response) => {
    expect(body['refresh_token']).toBe('r1');
    server.token = 'token-2';
    json(response, { access_token: 'token-2', refresh_token: 'r2' });
    return true;
  });
  server.scripts.unshift(({ token }) => {
    if (token === 'token-2' && !kept.includes('used token-2')) kept.push('used token-2');
    return false;
  });
  await open({ secrets: watched });
  server.token = 'none';
  server.say([message('$2', 'two')]);
  await home.hears(['one', 'two']);
  expect(kept).toEqual(['kept token-1', 'kept token-2', 'used token-2']);
});

test('an answer without end is not held: the account says so and goes on', async () => {
  await open({ limits: { syncBytes: 100_000 } });
  server.script(/^GET client\/v3\/sync/, 1, (_, response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    };
    response.on('drain', pour);
    pour();
    return true;
  });
  server.say([message('$2', 'two')]);
  await home.hears(['one', 'two']);
});
