import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, Home } from '../support/home.ts';
import { directRoom, Homeserver, message, ROOM, THEM } from '../support/homeserver.ts';

let server: Homeserver;
let home: Home;

beforeEach(async () => {
  server = await Homeserver.start();
  server.push(directRoom());
  server.say([message('$1', 'one')]);
  home = await Home.open(server);
  await home.phase('online');
  await home.hears(['one']);
});
afterEach(async () => {
  await home.close();
  await server.stop();
});

/** An object with a property that JSON can say and an object literal cannot. */
function polluting(inside: unknown): unknown {
  return JSON.parse(
    `{"__proto__": ${JSON.stringify(inside)}, "constructor": {"prototype": {"polluted": true}}}`,
  );
}

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

function state(type: string, content: unknown, more: Record<string, unknown> = {}): unknown {
  return { event_id: `$${type}`, type, state_key: '', sender: THEM, origin_server_ts: 1, content, ...more };
}

/** Each comes alone, and a message behind it must come all the same: nothing of it may end the run for good. */
const absurd: readonly (readonly [string, unknown])[] = [
  ['no event at all', 'text'],
  ['an event that is null', null],
  ['an event that is a list', []],
  ['no type', { ...message('$x', 'x'), type: undefined }],
  ['a type without end', { ...message('$x', 'x'), type: 'x'.repeat(100_000) }],
  ['a sender that is none', { ...message('$x', 'x'), sender: 'nobody' }],
  ['a sender that is a number', { ...message('$x', 'x'), sender: 5 }],
  ['a sender with a line break', { ...message('$x', 'x'), sender: '@a\nb:c' }],
  ['an id without end', { ...message('$x', 'x'), event_id: `$${'x'.repeat(100_000)}` }],
  ['an id of half a character', { ...message('$x', 'x'), event_id: '$\ud800' }],
  ['an empty id', { ...message('$x', 'x'), event_id: '' }],
  ['a depth of 2^63-1', { ...message('$x', 'x'), depth: '9223372036854775807', origin_server_ts: 2 ** 63 }],
  ['a time before time', { ...message('$x', 'x'), origin_server_ts: -(2 ** 53) }],
  ['content that is a text', { ...message('$x', 'x'), content: 'x' }],
  [
    'content that is nested without end',
    { ...message('$x', 'x'), content: { msgtype: 'm.text', body: nested(500) } },
  ],
  ['a body that is an object', { ...message('$x', 'x'), content: { msgtype: 'm.text', body: polluting(1) } }],
  ['a polluting content', { ...message('$x', 'x'), content: polluting({ msgtype: 'm.text' }) }],
  [
    'a polluting relation',
    {
      ...message('$x', 'x'),
      content: { msgtype: 'm.text', body: 'x', 'm.relates_to': polluting({ event_id: '$1' }) },
    },
  ],
  ['a message type of Object', { ...message('$x', 'x'), content: { msgtype: 'constructor', body: 'x' } }],
  [
    'mentions without end',
    {
      ...message('$x', 'x'),
      content: {
        msgtype: 'm.text',
        body: 'x',
        'm.mentions': { user_ids: Array.from({ length: 50_000 }, (_, index) => `@u${index}:x`) },
      },
    },
  ],
  [
    'a reaction of 10,000 emoji',
    {
      ...message('$x', ''),
      type: 'm.reaction',
      content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '😀'.repeat(10_000) } },
    },
  ],
  [
    'a reaction of half a character',
    {
      ...message('$x', ''),
      type: 'm.reaction',
      content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '\ud83d' } },
    },
  ],
  ['a redaction of nothing', { ...message('$x', ''), type: 'm.room.redaction', redacts: {}, content: {} }],
  [
    'an edit of itself',
    {
      ...message('$x', 'x'),
      content: {
        msgtype: 'm.text',
        body: 'x',
        'm.relates_to': { rel_type: 'm.replace', event_id: '$x' },
        'm.new_content': 5,
      },
    },
  ],
  ['a name that is a list', state('m.room.name', { name: [1, 2] })],
  ['a topic without end', state('m.room.topic', { topic: 'x'.repeat(60_000) })],
  [
    'an avatar that leads elsewhere',
    state('m.room.avatar', { url: 'mxc://server/../../../client/v3/logout' }),
  ],
  [
    'power levels of texts',
    state('m.room.power_levels', { users: { [THEM]: '1e999', '@me:scripted.test': {} }, redact: 'x' }),
  ],
  ['power levels that pollute', state('m.room.power_levels', { users: polluting({ x: 1 }) })],
  ['a member who is nobody', state('m.room.member', { membership: 'join' }, { state_key: 'x' })],
  ['a membership of Object', state('m.room.member', { membership: 'constructor' }, { state_key: '@x:y' })],
  [
    'a name of control characters',
    state('m.room.member', { membership: 'join', displayname: '\u001b[31m\u202e' }, { state_key: '@x:y' }),
  ],
  [
    'a predecessor that is the room',
    state('m.room.create', { predecessor: { room_id: ROOM }, room_version: {} }),
  ],
  ['a successor that is the room', state('m.room.tombstone', { replacement_room: ROOM })],
];

describe('events that no client would send', () => {
  test.each(absurd)('%s', async (_, event) => {
    server.say([event, message('$2', 'two')]);
    await eventually(async () => (await home.texts()).at(-1)).toBe('two');
    expect((await home.texts())[0]).toBe('one');
    expect(home.hub.profile.statuses.get(home.account)?.state.phase).toBe('online');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    const runs = server.count(/whoami$/);
    expect(runs, 'the run ended over it').toBe(1);
  });

  test('receipts, typing and account data that make no sense change nothing', async () => {
    const event = (type: string, content: unknown): unknown => ({ type, content });
    server.push({
      account_data: {
        events: [
          event('m.direct', polluting({ [THEM]: ['!x:y'] })),
          event('m.ignored_user_list', { ignored_users: [] }),
          event('m.push_rules', { global: { room: [5, { rule_id: {}, actions: 'x' }] } }),
          5,
        ],
      },
      presence: { events: [event('m.presence', { presence: 'constructor' }), null] },
      rooms: {
        join: {
          [ROOM]: {
            ephemeral: {
              events: [
                event('m.receipt', { $1: { 'm.read': { nobody: 5, [THEM]: null } }, x: [] }),
                event('m.receipt', polluting({ $1: {} })),
                event('m.typing', { user_ids: [5, null, 'x', THEM] }),
                event('m.typing', { user_ids: 'x' }),
              ],
            },
            account_data: { events: [event('m.fully_read', { event_id: {} }), event('m.tag', { tags: 5 })] },
            summary: { 'm.heroes': 'x', 'm.joined_member_count': '5' },
          },
          'no room': { timeline: { events: [message('$x', 'x')] } },
          '!other:y': 5,
        },
        invite: { '!bad:y': { invite_state: { events: 'x' } }, '!worse:y': null },
      },
    });
    server.say([message('$2', 'two')]);
    await eventually(async () => (await home.rows()).length).toBeGreaterThan(1);
    expect(server.count(/whoami$/)).toBe(1);
  });
});

test('only the author takes a message back, unless power levels say more', async () => {
  const by = (sender: string): Record<string, unknown> => ({
    sender,
    redacts: '$1',
    type: 'm.room.redaction',
    content: {},
  });
  server.say([{ ...message('$r1', ''), ...by('@else:scripted.test') }, message('$2', 'two')]);
  await home.hears(['one', 'two']);
  server.say([
    state('m.room.power_levels', { users: { '@else:scripted.test': 50 } }),
    { ...message('$r2', ''), ...by('@else:scripted.test') },
  ]);
  await eventually(async () => (await home.rows())[0]?.retracted !== null).toBe(true);
});

test('only the author edits a message', async () => {
  const edit = (id: string, sender: string, body: string): unknown => ({
    ...message(id, body, { sender }),
    content: {
      msgtype: 'm.text',
      body,
      'm.new_content': { msgtype: 'm.text', body },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$1' },
    },
  });
  server.say([edit('$e1', '@else:scripted.test', 'forged'), message('$2', 'two')]);
  await home.hears(['one', 'two']);
  server.say([edit('$e2', THEM, 'edited')]);
  await home.hears(['edited', 'two']);
});

test('an echo is ours only when we sent it: another sender cannot name our operation', async () => {
  const unsigned = { transaction_id: 'o000' };
  server.say([message('$2', 'two', { unsigned })]);
  await home.hears(['one', 'two']);
  expect((await home.rows()).at(-1)?.direction).toBe('in');
});
