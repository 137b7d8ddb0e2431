import { afterEach, beforeEach, expect, test } from 'vitest';
import { memorySecrets, memoryStore } from '@natter/core';
import { eventually, Home } from './support/home.ts';
import { Homeserver, json, ME, message, refuse, THEM, type Asked } from './support/homeserver.ts';
import { keptOpen } from './support/kept-open.ts';

const SYNC = /^POST client\/unstable\/org\.matrix\.simplified_msc3575\/sync/;
const CONFIG = { slidingSync: true };
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

function offer(): void {
  server.script(/^GET client\/versions/, Infinity, (_, response) => {
    json(response, { versions: ['v1.11'], unstable_features: { 'org.matrix.simplified_msc3575': true } });
    return true;
  });
}

/** A room as the server tells it for the first time. */
function room(events: readonly unknown[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const ours = {
    event_id: '$me',
    type: 'm.room.member',
    state_key: ME,
    sender: ME,
    content: { membership: 'join' },
  };
  return { initial: true, required_state: [ours], timeline: events, joined_count: 2, ...more };
}

/** Answers one after the other; then nothing happens any more. */
function tell(...answers: readonly ((asked: Asked) => Record<string, unknown> | null)[]): Asked[] {
  const questions: Asked[] = [];
  server.script(SYNC, Infinity, async (asked, response) => {
    const answer = answers[questions.length];
    questions.push(asked);
    if (answer === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      json(response, { pos: asked.query.get('pos') });
      return true;
    }
    const said = answer(asked);
    if (said === null) refuse(response, 400, 'M_UNKNOWN_POS');
    else json(response, said);
    return true;
  });
  return questions;
}

const range = ({ body }: Asked): unknown =>
  (body as { lists: { all: { ranges: unknown } } }).lists.all.ranges;

async function open(kept: Parameters<typeof Home.open>[1] = {}): Promise<Home> {
  const opened = await Home.open(server, { ...kept, config: CONFIG });
  home = opened;
  await opened.phase('online');
  return opened;
}

test('the window grows until every room is in it, and each answer is stored with how far it goes', async () => {
  offer();
  const lists = { all: { count: 60 } };
  const questions = tell(
    () => ({ pos: 'p1', lists, rooms: { '!a:s.test': room([message('$a', 'in a')]) } }),
    () => ({ pos: 'p2', lists, rooms: { '!b:s.test': room([message('$b', 'in b')]) } }),
    () => ({
      pos: 'p3',
      lists,
      rooms: { '!b:s.test': { timeline: [message('$c', 'more in b')] } },
      extensions: { to_device: { next_batch: 'd1', events: [] } },
    }),
  );
  const opened = await open();
  await eventually(() => opened.named('!b:s.test')).toBeDefined();
  await eventually(async () => (await opened.rows(opened.named('!b:s.test')?.id)).length).toBe(2);
  await eventually(() => questions.length).toBeGreaterThan(3);
  expect(questions.slice(0, 3).map(range)).toEqual([[[0, 49]], [[0, 199]], [[0, 199]]]);
  expect(questions.slice(0, 4).map(({ query }) => query.get('pos'))).toEqual([null, 'p1', 'p2', 'p3']);
  expect(questions[3]?.body).toMatchObject({ extensions: { to_device: { since: 'd1' } } });
  expect(server.count(/client\/v3\/sync/)).toBe(0);
});

test('invitations, direct conversations, typing and receipts are told like in the plain way', async () => {
  offer();
  const invited = {
    type: 'm.room.member',
    state_key: ME,
    sender: THEM,
    content: { membership: 'invite', is_direct: true },
  };
  tell(() => ({
    pos: 'p1',
    lists: { all: { count: 2 } },
    rooms: {
      '!a:s.test': room([message('$a', 'hi')], { heroes: [{ user_id: '@bob:s.test', displayname: 'Bob' }] }),
      '!i:s.test': { initial: true, invite_state: [invited] },
    },
    extensions: {
      account_data: { global: [{ type: 'm.direct', content: { '@bob:s.test': ['!a:s.test'] } }] },
      receipts: {
        rooms: {
          '!a:s.test': { type: 'm.receipt', content: { $a: { 'm.read': { '@bob:s.test': { ts: 1 } } } } },
        },
      },
    },
  }));
  const opened = await open();
  const contacts = () => [...opened.hub.profile.contacts.entries()].map(([, contact]) => contact);
  await eventually(() => contacts().length).toBe(2);
  expect(contacts().find(({ key }) => key === '@bob:s.test')).toMatchObject({
    name: 'Bob',
    subscription: { to: 'granted', from: 'granted' },
  });
  expect(contacts().find(({ key }) => key === THEM)).toMatchObject({ subscription: { from: 'pending' } });
});

test('a position that the server forgot is no end, and messages to the device go on where they were', async () => {
  offer();
  const lists = { all: { count: 1 } };
  const toDevice = { to_device: { next_batch: 'd7', events: [] } };
  const all = (pos: string, ...events: unknown[]) => ({ pos, lists, rooms: { '!a:s.test': room(events) } });
  const questions = tell(
    () => ({ ...all('p1', message('$1', 'one')), extensions: toDevice }),
    () => null,
    () => null,
    () => all('q1', message('$1', 'one'), message('$2', 'two')),
  );
  const opened = await open();
  await opened.hears(['one', 'two']);
  expect(questions[3]?.query.get('pos')).toBeNull();
  expect(questions[3]?.body).toMatchObject({ extensions: { to_device: { since: 'd7' } } });
});

test('a natter that starts again goes on from its position', async () => {
  offer();
  const kept = { store: keptOpen(memoryStore()), secrets: memorySecrets() };
  const lists = { all: { count: 1 } };
  const questions = tell(
    () => ({ pos: 'p1', lists, rooms: { '!a:s.test': room([message('$1', 'one')]) } }),
    () => ({ pos: 'p2', lists, rooms: {} }),
  );
  const first = await open(kept);
  await first.hears(['one']);
  await eventually(() => questions.length).toBeGreaterThan(2);
  await first.close();
  const before = questions.length;
  home = await Home.resume(first.account, kept);
  await eventually(() => questions.length).toBeGreaterThan(before);
  expect(questions[before]?.query.get('pos')).toBe('p2');
});

test('a room that was replaced and is told after the one that goes on with it is no conversation of its own', async () => {
  offer();
  const state = (type: string, content: Record<string, unknown>): unknown => ({
    event_id: `$${type}`,
    type,
    state_key: '',
    sender: THEM,
    content,
  });
  const lists = { all: { count: 60 } };
  const made = state('m.room.create', { room_version: '11', predecessor: { room_id: '!old:s.test' } });
  const closed = state('m.room.tombstone', { replacement_room: '!new:s.test' });
  const next = room([message('$2', 'and on')]);
  const old = room([message('$1', 'before')], { prev_batch: 'old' });
  const claims = room([message('$3', 'not the same')]);
  tell(
    () => ({
      pos: 'p1',
      lists,
      rooms: { '!new:s.test': { ...next, required_state: [...(next['required_state'] as unknown[]), made] } },
    }),
    () => ({
      pos: 'p2',
      lists,
      rooms: {
        '!old:s.test': { ...old, required_state: [...(old['required_state'] as unknown[]), closed] },
        // Says by itself that the new room goes on with it, which that does not.
        '!claims:s.test': {
          ...claims,
          required_state: [...(claims['required_state'] as unknown[]), closed],
        },
      },
    }),
  );
  server.script(/^GET client\/v3\/rooms\/!\w+:s\.test\/context/, Infinity, (asked, response) => {
    json(response, { start: `start of ${asked.path.split('/')[3]}`, end: 'end' });
    return true;
  });
  server.script(/^GET client\/v3\/rooms\/!\w+:s\.test\/messages/, Infinity, ({ path, query }, response) => {
    const isOld = path.includes('!old') && query.get('from') === null;
    json(response, { chunk: isOld ? [message('$1', 'before')] : [] });
    return true;
  });
  const opened = await open();
  await eventually(() => opened.named('!claims:s.test')).toBeDefined();
  expect(opened.named('!old:s.test')).toBeUndefined();
  const { id } = opened.named('!new:s.test')!;
  const pages = opened.hub.handlers.methods['history.page'];
  const { signal } = new AbortController();
  await eventually(async () => {
    await pages({ conversation: id, limit: 50, remote: true }, signal);
    return (await opened.rows(id)).map(({ content }) => content.text);
  }).toEqual(['before', 'and on']);
});

test('where the server does not offer it, the plain way is gone', async () => {
  server.script(/^GET client\/versions/, Infinity, (_, response) => {
    json(response, { versions: ['v1.11'] });
    return true;
  });
  server.say([message('$1', 'one')]);
  await (await open()).hears(['one']);
  expect(server.count(SYNC)).toBe(0);
});
