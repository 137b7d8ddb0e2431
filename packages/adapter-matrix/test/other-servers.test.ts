import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, Home } from './support/home.ts';
import { Homeserver, json, ME, message, refuse, ROOM, THEM } from './support/homeserver.ts';

let server: Homeserver;
let home: Home | undefined;

beforeEach(async () => {
  server = await Homeserver.start();
});
afterEach(async () => {
  await home?.close();
  home = undefined;
  await server.stop();
});

async function open(): Promise<Home> {
  const opened = await Home.open(server);
  home = opened;
  await opened.phase('online');
  return opened;
}

const state = (type: string, content: Record<string, unknown>, key = ''): Record<string, unknown> => ({
  event_id: `$${type.slice(7)}-${key.slice(1, 3)}`,
  type,
  state_key: key,
  sender: THEM,
  origin_server_ts: 1_700_000_000_000,
  content,
});

const members = [
  state('m.room.member', { membership: 'join' }, ME),
  state('m.room.member', { membership: 'join', displayname: 'Thea' }, THEM),
  state('m.room.member', { membership: 'leave', displayname: 'Gone' }, '@gone:s.test'),
];

/** Dendrite, Conduit and its children, and servers of tomorrow. */
test('a room without a name and without a summary is called by who is in it', async () => {
  server.say([message('$1', 'one')], {}, { state: { events: members } });
  const opened = await open();
  await eventually(() => opened.named(ROOM)?.title).toBe('Thea');
});

test('a server that knows nothing but what it must is one that natter works with', async () => {
  const must = /^(?:GET client\/v3\/(?:login|account\/whoami|sync)|POST client\/v3\/login|PUT .*\/send\/)/;
  server.scripts.unshift(({ method, path }, response) => {
    if (must.test(`${method} ${path}`)) return false;
    // Older ones say so in no JSON at all.
    if (path.length % 2 === 0) refuse(response, 404, 'M_UNRECOGNIZED');
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
    return true;
  });
  server.say([message('$1', 'one')], {}, { state: { events: members } });
  const opened = await open();
  await opened.hears(['one']);
  await opened.send('two');
  await eventually(async () => (await opened.rows()).at(-1)?.delivery).toBe('sent');
  expect(await opened.texts()).toEqual(['one', 'two']);
  expect(opened.hub.profile.statuses.get(opened.account)?.state.phase).toBe('online');
});

test('an echo without the transaction is our message all the same', async () => {
  server.script(/^PUT .*\/send\//, 1, ({ body }, response) => {
    // It comes before the answer to the request does.
    server.say([message('$sent', String(body['body']), { sender: ME })]);
    setTimeout(() => json(response, { event_id: '$sent' }), 200);
    return true;
  });
  server.say([message('$1', 'one')], {}, { state: { events: members } });
  const opened = await open();
  await opened.hears(['one']);
  await opened.send('two');
  await eventually(async () => (await opened.rows()).at(-1)?.delivery).toBe('sent');
  await opened.hears(['one', 'two']);
});

test('a room of version 12 has an id without a server, and creators above all power levels', async () => {
  const next = '!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM';
  const made = state('m.room.create', { room_version: '12', additional_creators: [ME] });
  const levels = state('m.room.power_levels', { users: {}, redact: 50 });
  const events = [made, levels, ...members];
  server.push({
    rooms: { join: { [next]: { state: { events }, timeline: { events: [message('$1', 'one')] } } } },
  });
  const opened = await open();
  await eventually(() => opened.named(next)?.role).toBe('owner');
});

test('the successor of a room is looked for at the servers of who is in it, as its id may name none', async () => {
  const next = '!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM';
  const closed = state('m.room.tombstone', { replacement_room: next, body: 'moved' });
  server.say([message('$1', 'one'), closed], {}, { state: { events: members } });
  server.script(/^POST client\/v3\/join\//, 1, (_, response) => {
    json(response, { room_id: next });
    return true;
  });
  const opened = await open();
  await eventually(async () => (await opened.rows()).length).toBe(2);
  expect((await opened.rows()).at(-1)?.content.text).toContain(next);
  expect((await opened.change({ action: 'join', address: next })).state).toBe('accepted');
  const asked = server.asked.find(({ path }) => path.includes('/join/'));
  expect(asked?.query.getAll('via')).toContain('scripted.test');
});

test.each([
  ['that natter does not know', { algorithm: 'org.example.quantum' }],
  ['that is not told', {}],
])('nothing goes in the clear into a room that is encrypted in a way %s', async (_, content) => {
  const events = [...members, state('m.room.encryption', content)];
  server.say([message('$1', 'one')], {}, { state: { events } });
  const opened = await open();
  await eventually(() => opened.named(ROOM)?.encrypted).toBe(true);
  await expect(opened.send('the plan')).rejects.toMatchObject({ data: { code: 'unsupported' } });
  expect(server.count(/^PUT .*\/send\//)).toBe(0);
});
