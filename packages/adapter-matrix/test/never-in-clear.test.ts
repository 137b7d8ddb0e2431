import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, Home } from './support/home.ts';
import { Homeserver, json, ME, refuse, ROOM, THEM } from './support/homeserver.ts';

let server: Homeserver;
let home: Home;

beforeEach(async () => {
  server = await Homeserver.start();
});
afterEach(async () => {
  await home?.close();
  await server.stop();
});

/** We are invited, and of an invitation servers tell only a part. */
async function invited(): Promise<void> {
  const events = [
    { type: 'm.room.name', state_key: '', sender: THEM, content: { name: 'secrets' } },
    { type: 'm.room.member', state_key: ME, sender: THEM, content: { membership: 'invite' } },
  ];
  server.push({ rooms: { invite: { [ROOM]: { invite_state: { events } } } } });
  home = await Home.open(server);
  await home.phase('online');
  await eventually(() => home.conversation()).toBeDefined();
}

const delivery = async (): Promise<unknown> => (await home.rows()).at(-1)?.delivery;
const inTheClear = /send\/m\.room\.message/;

test('nothing goes in the clear into a room that is encrypted, though no synchronisation has told so yet', async () => {
  await invited();
  server.script(/^GET .*\/state\/m\.room\.encryption/, 1, (_, response) => {
    json(response, { algorithm: 'm.megolm.v1.aes-sha2' });
    return true;
  });
  await home.send('the plan');
  await eventually(delivery).toBe('failed');
  expect(server.count(/^GET .*\/state\/m\.room\.encryption/)).toBe(1);
  expect(server.count(inTheClear)).toBe(0);
});

test('nothing goes out while the server does not say whether a room is encrypted', async () => {
  await invited();
  server.script(/^GET .*\/state\/m\.room\.encryption/, 1, (_, response) => {
    refuse(response, 502, 'M_UNKNOWN');
    return true;
  });
  server.script(/^GET .*\/state\/m\.room\.encryption/, 5, (_, response) => {
    refuse(response, 403, 'M_FORBIDDEN');
    return true;
  });
  await home.send('the plan');
  await eventually(delivery).toBe('failed');
  expect(server.count(inTheClear)).toBe(0);
});

test('a room that was encrypted once stays so, whatever a later event says', async () => {
  const state = (type: string, content: unknown, id: string): Record<string, unknown> => ({
    event_id: id,
    type,
    state_key: '',
    sender: THEM,
    origin_server_ts: Date.now(),
    content,
  });
  server.say(
    [],
    {},
    { state: { events: [state('m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }, '$e')] } },
  );
  home = await Home.open(server);
  await home.phase('online');
  await eventually(() => home.named(ROOM)?.encrypted).toBe(true);
  server.say([state('m.room.encryption', {}, '$f')]);
  server.say([state('m.room.topic', { topic: 'told' }, '$t')]);
  await eventually(() => home.named(ROOM)?.topic).toBe('told');
  // This home has no place for keys, and says so before anything is queued.
  await expect(home.send('the plan')).rejects.toMatchObject({
    data: { code: 'unsupported', condition: { capability: 'encryption' } },
  });
  expect(server.count(inTheClear)).toBe(0);
});
