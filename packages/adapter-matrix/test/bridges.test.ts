import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home } from './support/home.ts';
import { Homeserver, ME, message, ROOM } from './support/homeserver.ts';

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

const BOT = '@whatsappbot:scripted.test';
const ICON = 'mxc://maunium.net/NeXNQarUbrlYBiPCpprYsRqr';
const GHOST = '@whatsapp_4917212345678:scripted.test';

/** What mautrix-whatsapp (bridgev2) puts into the state of a room with one person. */
function bridgeInfo(sender: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const content = {
    bridgebot: BOT,
    creator: BOT,
    protocol: {
      id: 'whatsapp',
      displayname: 'WhatsApp',
      avatar_url: ICON,
      external_url: 'https://whatsapp.com',
    },
    channel: { id: '4917212345678@s.whatsapp.net', displayname: 'Mama', 'fi.mau.receiver': '49' },
    'com.beeper.room_type': 'dm',
    'com.beeper.room_type.v2': 'dm',
    ...more,
  };
  const key = 'fi.mau.whatsapp://whatsapp/4917212345678';
  return { event_id: '$bridge', type: 'm.bridge', state_key: key, sender, origin_server_ts: 1, content };
}

async function open(info: Record<string, unknown>, direct: Record<string, unknown> = {}): Promise<Home> {
  const member = (user: string, name: string): unknown => ({
    type: 'm.room.member',
    state_key: user,
    sender: user,
    event_id: `$${name}`,
    content: { membership: 'join', displayname: name },
  });
  const rules = {
    type: 'm.room.join_rules',
    state_key: '',
    sender: BOT,
    event_id: '$rules',
    content: { join_rule: 'invite' },
  };
  const state = { events: [member(ME, 'me'), member(BOT, 'bridge bot'), member(GHOST, 'Mama'), rules, info] };
  const events = [message('$1', 'hello', { sender: GHOST })];
  server.push({
    account_data: { events: [{ type: 'm.direct', content: direct }] },
    rooms: { join: { [ROOM]: { state, timeline: { events }, summary: { 'm.heroes': [BOT, GHOST] } } } },
  });
  const opened = await Home.open(server);
  home = opened;
  await opened.phase('online');
  await opened.hears(['hello']);
  return opened;
}

const contacts = ({ hub }: Home) =>
  [...hub.profile.contacts.entries()].map(([, contact]) => contact).filter(({ listed }) => listed);
const conversation = ({ hub }: Home) => [...hub.profile.conversations.entries()][0]?.[1];

test('a bridged conversation is one with the person behind it, on that person’s network', async () => {
  const opened = await open(bridgeInfo(BOT));
  expect(contacts(opened)).toMatchObject([
    { key: GHOST, name: 'Mama', bridge: { network: 'whatsapp', name: 'WhatsApp', icon: { remote: ICON } } },
  ]);
  expect(conversation(opened)).toMatchObject({
    kind: 'direct',
    bridge: { network: 'whatsapp', name: 'WhatsApp', icon: { hash: ICON, remote: ICON } },
  });
});

test('the bot of the bridge is not taken for the contact, even where the account’s data names it', async () => {
  const opened = await open(bridgeInfo(BOT), { [BOT]: [ROOM] });
  expect(contacts(opened).map(({ key }) => key)).toEqual([GHOST]);
});

test.each([
  ['facebook', 'Messenger', '@metabot:scripted.test', 'messenger'],
  ['signal', 'Signal', '@signalbot:scripted.test', 'signal'],
  ['telegram', 'Telegram', '@telegrambot:scripted.test', 'telegram'],
  ['discordgo', 'Discord', '@discordbot:scripted.test', 'discord'],
  ['slackgo', 'Slack', '@slackbot:scripted.test', 'slack'],
  ['go.mau.fi/mautrix-whatsapp/whatsapp', 'WhatsApp', BOT, 'whatsapp'],
  ['zulip', 'Zulip', '@zulipbot:scripted.test', 'zulip'],
])('the bridge that calls itself %s is known', async (id, displayname, bridgebot, network) => {
  const opened = await open(bridgeInfo(bridgebot, { bridgebot, protocol: { id, displayname } }));
  expect(conversation(opened)?.bridge).toEqual({ network, name: displayname });
});

test.each([
  ['a member in the name of the bridge', bridgeInfo('@mallory:scripted.test')],
  [
    'a member who says to be the bridge',
    bridgeInfo('@mallory:scripted.test', { bridgebot: '@mallory:scripted.test' }),
  ],
  [
    'a bridge of another server',
    bridgeInfo('@whatsappbot:evil.test', { bridgebot: '@whatsappbot:evil.test' }),
  ],
  [
    'the bot of a network with another’s name',
    bridgeInfo('@zulipbot:scripted.test', {
      bridgebot: '@zulipbot:scripted.test',
      protocol: { id: 'whatsapp', displayname: 'WhatsApp' },
    }),
  ],
  ['a ghost of another server', bridgeInfo('@whatsapp_1:evil.test')],
  [
    'somebody with the word in the name',
    bridgeInfo('@mywhatsappbot:scripted.test', { bridgebot: '@mywhatsappbot:scripted.test' }),
  ],
])('%s is not believed', async (_, info) => {
  const opened = await open(info);
  expect(conversation(opened)?.bridge).toBeNull();
  expect(contacts(opened)).toEqual([]);
});
