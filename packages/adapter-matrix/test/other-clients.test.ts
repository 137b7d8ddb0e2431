import { afterEach, beforeEach, expect, test } from 'vitest';
import { memorySecrets, memoryStore } from '@natter/core';
import { eventually, Home } from './support/home.ts';
import { keptOpen } from './support/kept-open.ts';
import { directRoom, Homeserver, json, ME, message, refuse, ROOM, THEM } from './support/homeserver.ts';

let server: Homeserver;
let home: Home | undefined;

beforeEach(async () => {
  server = await Homeserver.start();
  server.push(directRoom());
});
afterEach(async () => {
  await home?.close();
  home = undefined;
  await server.stop();
});

async function open(options: Parameters<typeof Home.open>[1] = {}): Promise<Home> {
  const opened = await Home.open(server, options);
  home = opened;
  await opened.phase('online');
  return opened;
}

const event = (id: string, type: string, content: unknown, sender = THEM): unknown => ({
  event_id: id,
  type,
  sender,
  origin_server_ts: 1_700_000_000_000,
  content,
});

const QUESTION = 'org.matrix.msc1767.text';

/** What Element, Cinny, nheko, FluffyChat and bridges send, and how it has to be read. */
test.each<[string, string, unknown, string, string]>([
  ['a sticker', 'm.sticker', { body: 'wave', url: 'mxc://s.test/a', info: {} }, 'attachment', 'wave'],
  [
    'a place',
    'm.room.message',
    { msgtype: 'm.location', body: 'Here: geo:1,2', geo_uri: 'geo:1,2' },
    'unsupported',
    'Here: geo:1,2',
  ],
  ['a text without a type', 'm.room.message', { body: 'bare' }, 'unsupported', 'bare'],
  [
    'a voice message',
    'm.room.message',
    {
      msgtype: 'm.audio',
      body: 'Voice message',
      url: 'mxc://s.test/v',
      info: { duration: 1200, mimetype: 'audio/ogg' },
      'org.matrix.msc3245.voice': {},
      'org.matrix.msc1767.audio': { duration: 1200, waveform: [1, 2] },
    },
    'attachment',
    'Voice message',
  ],
  [
    'a picture with a caption',
    'm.room.message',
    {
      msgtype: 'm.image',
      body: 'look',
      filename: 'cat.png',
      url: 'mxc://s.test/c',
      info: { 'xyz.amorgan.blurhash': 'LEHV6nWB2yk8' },
    },
    'attachment',
    'look',
  ],
  [
    'a poll as it is',
    'm.poll.start',
    { 'm.text': [{ body: 'Lunch?\n1. yes' }], 'm.poll': { question: { 'm.text': [{ body: 'Lunch?' }] } } },
    'unsupported',
    'Lunch?\n1. yes',
  ],
  [
    'a poll as it was',
    'org.matrix.msc3381.poll.start',
    {
      'org.matrix.msc3381.poll.start': {
        question: { [QUESTION]: 'Lunch?' },
        answers: [
          { id: '1', [QUESTION]: 'yes' },
          { id: '2', [QUESTION]: 'no' },
        ],
      },
    },
    'unsupported',
    'Lunch?\nyes\nno',
  ],
  ['a call', 'm.call.invite', { call_id: 'c', lifetime: 1, version: '1' }, 'unsupported', 'a call'],
  ['an event from tomorrow', 'm.message', { 'm.text': [{ body: 'new' }] }, 'unsupported', 'new'],
  [
    'the same in HTML first',
    'org.example.note',
    { 'm.text': [{ mimetype: 'text/html', body: '<b>x</b>' }, { body: 'x' }] },
    'unsupported',
    'x',
  ],
])('%s is not lost', async (_, type, content, kind, text) => {
  server.say([event('$1', type, content), message('$2', 'after')]);
  const opened = await open();
  await opened.hears([text, 'after']);
  expect((await opened.rows())[0]?.content.kind).toBe(kind);
});

test('a word of the server itself is a notice', async () => {
  const content = { msgtype: 'm.server_notice', body: 'the disk is full', server_notice_type: 'x' };
  server.say([event('$1', 'm.room.message', content)]);
  const opened = await open();
  await opened.hears(['the disk is full']);
  expect((await opened.rows())[0]?.content.kind).toBe('notice');
});

test('an edit that says nothing but its text for old clients is shown without the mark before it', async () => {
  server.say([message('$1', 'old')]);
  const content = { msgtype: 'm.text', body: '* new *text*' };
  const relation = { 'm.relates_to': { rel_type: 'm.replace', event_id: '$1' } };
  server.say([event('$2', 'm.room.message', { ...content, ...relation })]);
  await (await open()).hears(['new *text*']);
});

test('a message that is empty is taken back, also where the server does not say by whom', async () => {
  server.say([
    event('$1', 'm.room.message', {}),
    event('$2', 'm.room.encrypted', {}),
    message('$3', 'three'),
  ]);
  const opened = await open();
  await opened.hears(['', '', 'three']);
  const retracted = async (): Promise<readonly boolean[]> =>
    (await opened.rows()).map((row) => row.retracted !== null);
  await eventually(retracted).toEqual([true, true, false]);
});

test('the same emoji is one reaction, with its variation selector or without', async () => {
  const heart = (key: string): unknown => ({
    'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key },
  });
  server.say([
    message('$1', 'one'),
    event('$r1', 'm.reaction', heart('\u2764')),
    event('$r2', 'm.reaction', heart('\u2764\uFE0F'), ME),
  ]);
  const opened = await open();
  await opened.hears(['one']);
  const reactions = async () => (await opened.rows())[0]?.reactions;
  await eventually(async () => (await reactions())?.map(({ key, senders }) => [key, senders.length])).toEqual(
    [['\u2764\uFE0F', 2]],
  );
  server.script(/\/relations\//, 1, (_, response) => {
    json(response, { chunk: [{ event_id: '$r2', sender: ME, content: heart('\u2764\uFE0F') }] });
    return true;
  });
  const [row] = await opened.rows();
  if (row === undefined) return expect.fail('there is no message');
  await opened.react(row.id, '\u2764', false);
  await eventually(() => server.count(/^PUT .*\/redact\/\$r2\//)).toBe(1);
});

test('what clients tell each other is no message', async () => {
  const silent = ['m.poll.response', 'm.key.verification.done', 'm.call.candidates', 'org.example.ping'];
  server.say([...silent.map((type, at) => event(`$s${at}`, type, { a: 1 })), message('$1', 'one')]);
  await (await open()).hears(['one']);
});

test('a caption is edited like a text', async () => {
  const file = { msgtype: 'm.image', filename: 'cat.png', url: 'mxc://s.test/c', info: {} };
  const relates = { rel_type: 'm.replace', event_id: '$1' };
  server.say([event('$1', 'm.room.message', { ...file, body: 'lok' })]);
  const edit = {
    ...file,
    body: '* look',
    'm.new_content': { ...file, body: 'look' },
    'm.relates_to': relates,
  };
  server.say([event('$2', 'm.room.message', edit)]);
  const opened = await open();
  await opened.hears(['look']);
  expect((await opened.rows())[0]).toMatchObject({ content: { attachments: [{ name: 'cat.png' }] } });
});

test('edits and redactions that come before their messages meet them', async () => {
  const relates = { rel_type: 'm.replace', event_id: '$1' };
  const text = { msgtype: 'm.text', body: 'new' };
  const edit = { msgtype: 'm.text', body: '* new', 'm.new_content': text, 'm.relates_to': relates };
  server.say([event('$2', 'm.room.message', edit)]);
  server.say([event('$4', 'm.room.redaction', { redacts: '$3' })]);
  server.say([message('$1', 'old'), message('$3', 'gone')]);
  const opened = await open();
  await opened.hears(['new', '']);
  expect((await opened.rows())[1]?.retracted).not.toBeNull();
});

test('a reaction is taken back also after a restart, by an event that names nothing but its event', async () => {
  const kept = { store: keptOpen(memoryStore()), secrets: memorySecrets() };
  const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '👍' } };
  server.say([message('$1', 'one'), event('$r', 'm.reaction', reaction)]);
  const first = await open(kept);
  await first.hears(['one']);
  await eventually(async () => (await first.rows())[0]?.reactions.map(({ key }) => key)).toEqual(['👍']);
  await first.close();
  server.say([event('$x', 'm.room.redaction', { redacts: '$r' })]);
  home = await Home.resume(first.account, kept);
  const again = home;
  await eventually(async () => (await again.rows())[0]?.reactions).toEqual([]);
});

test.each([
  ['a name in the text of a client that names nobody', { body: 'hello me, how are you' }, true],
  ['a part of a word', { body: 'some' }, false],
  ['a link to us', { body: 'x', formatted_body: `<a href="https://matrix.to/#/${ME}">x</a>` }, true],
  ['a name where the client says who is meant', { body: 'hello me', 'm.mentions': {} }, false],
  ['a word of ours', { body: 'we have Cake!', 'm.mentions': {} }, true],
  ['a word that the user switched off', { body: 'tea', 'm.mentions': {} }, false],
])('%s: whether it mentions us', async (_, content, mentioned) => {
  const highlight = ['notify', { set_tweak: 'highlight' }];
  const rule = (id: string, pattern: string, enabled = true): unknown => ({
    rule_id: id,
    pattern,
    enabled,
    actions: highlight,
  });
  const rules = [rule('.m.rule.contains_user_name', 'me'), rule('cake', 'cake'), rule('tea', 'tea', false)];
  const told = { type: 'm.push_rules', content: { global: { content: rules } } };
  const direct = { type: 'm.direct', content: { [THEM]: [ROOM] } };
  server.push({ account_data: { events: [told, direct] } });
  server.say([
    event('$1', 'm.room.message', { msgtype: 'm.text', format: 'org.matrix.custom.html', ...content }),
  ]);
  const opened = await open();
  await eventually(async () => (await opened.rows()).length).toBe(1);
  expect((await opened.rows())[0]?.mentioned).toBe(mentioned);
});

test('our reaction is taken back also where the server does not know the question for reactions', async () => {
  const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '👍' } };
  server.say([message('$1', 'one'), event('$r', 'm.reaction', reaction, ME)]);
  server.script(/\/relations\//, 1, (_, response) => {
    refuse(response, 404, 'M_UNRECOGNIZED');
    return true;
  });
  const opened = await open();
  await opened.hears(['one']);
  const [row] = await opened.rows();
  if (row === undefined) return expect.fail('there is no message');
  await opened.react(row.id, '👍', false);
  await eventually(() => server.count(/^PUT .*\/redact\/\$r\//)).toBe(1);
  expect(server.asked.some(({ path }) => path.includes(ROOM))).toBe(true);
});

test('what somebody said while they were blocked does not come when they are let in again', async () => {
  const list = (...users: readonly string[]): unknown => ({
    type: 'm.ignored_user_list',
    content: { ignored_users: Object.fromEntries(users.map((user) => [user, {}])) },
  });
  const bad = '@bad:s.test';
  const direct = { type: 'm.direct', content: { [THEM]: [ROOM] } };
  server.push({ account_data: { events: [list(bad), direct] } });
  server.script(/^GET .*ignored_user_list/, Infinity, (_, response) => {
    json(response, { ignored_users: { [bad]: {} } });
    return true;
  });
  const opened = await open();
  const blocked = () =>
    [...opened.hub.profile.contacts.entries()].find(([, { key }]) => key === bad)?.[1].blocked;
  await eventually(blocked).toBe(true);
  const contact = [...opened.hub.profile.contacts.entries()].find(([, { key }]) => key === bad)![0];
  const change = { action: 'unblock', contact } as const;
  const { signal } = new AbortController();
  await opened.hub.handlers.methods['roster.change']({ key: 'u', account: opened.account, change }, signal);
  await eventually(() => server.count(/^PUT .*ignored_user_list/)).toBe(1);
  await eventually(() => [...opened.hub.profile.operations.entries()].map(([, { state }]) => state)).toEqual([
    'accepted',
  ]);
  server.say([message('$1', 'on its way', { sender: bad })]);
  server.push({ account_data: { events: [list(), direct] } });
  server.say([message('$2', 'thank you', { sender: bad })]);
  await opened.hears(['thank you']);
});

test('what somebody says whom we ignore is not there, whoever tells it', async () => {
  const ignored = { type: 'm.ignored_user_list', content: { ignored_users: { '@bad:s.test': {} } } };
  const direct = { type: 'm.direct', content: { [THEM]: [ROOM] } };
  server.push({ account_data: { events: [ignored, direct] } });
  server.say([message('$1', 'bad', { sender: '@bad:s.test' }), message('$2', 'good')]);
  await (await open()).hears(['good']);
});
