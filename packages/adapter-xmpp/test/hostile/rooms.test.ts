import { afterEach, expect, test } from 'vitest';
import type { Outcome, PatchEvent, TimelineEvent } from '@natter/core';
import { remoteKey } from '@natter/core/model';
import type { Pair } from '../support/pair.ts';
import { MUC_USER, ROOM, RoomScene, said } from '../support/room-scene.ts';

const ALL = ['urn:xmpp:mam:2', 'urn:xmpp:sid:0', 'urn:xmpp:occupant-id:0', 'urn:xmpp:message-moderate:1'];

let scene: RoomScene;
let pair: Pair;
afterEach(() => pair.close());

/** Lets the client into a room with these features, whose archive is empty. */
async function enter(features: readonly string[], nick = 'me', archive = ''): Promise<Outcome> {
  scene = await RoomScene.knock(features);
  pair = scene.pair;
  scene.occupant('friend', 'f1');
  scene.occupant(nick, 'm1', `<status code='110'/>`);
  const entered = await scene.outcome;
  if (features.includes('urn:xmpp:mam:2')) await answerArchive(archive);
  return entered;
}
async function answerArchive(results: string): Promise<void> {
  const iq = await pair.peer.take('iq');
  const id = String(iq.getChild('query')?.attrs['queryid']);
  pair.peer.write(results.replaceAll('QUERY', id));
  scene.answer(iq, `<fin xmlns='urn:xmpp:mam:2' complete='true'/>`);
}
const archived = (from: string, id: string, message: string): string =>
  `<message from='${from}'><result xmlns='urn:xmpp:mam:2' id='${id}' queryid='QUERY'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>${message}</forwarded></result></message>`;
const occupantId = (id: string): string => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>`;
const stanzaId = (id: string, by = ROOM): string =>
  `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${by}'/>`;
const heard = (text: string): ReturnType<RoomScene['heard']> => scene.heard(text);
const patches = (): PatchEvent[] =>
  pair.person.host.events.filter((event): event is PatchEvent => event.type === 'patch');

test('forged room archive: results of anybody but the asked room are dropped (CVE-2019-16237)', async () => {
  await enter(
    ALL,
    'me',
    archived('eve@localhost', '1', said('/friend', 'forged')) +
      archived('other@rooms.localhost', '2', said('/friend', 'other room')) +
      archived(`${ROOM}/friend`, '3', said('/friend', 'occupant')) +
      archived(ROOM, '4', said('/friend', 'real')),
  );
  await heard('real');
  expect(pair.person.host.texts()).toEqual(['real']);
  expect(pair.person.host.logs.filter((code) => code === 'xmpp-forged-archive-result')).toHaveLength(3);
});

test('forged occupant id: one that the room does not vouch for names nobody (XEP-0421 section 5)', async () => {
  await enter([]);
  pair.peer.write(said('/friend', 'forged', occupantId('m1') + stanzaId('x')));
  const message = await heard('forged');
  expect(message.sender).toMatchObject({ key: `${ROOM}/friend`, self: false, proof: 'nick' });
  expect(message.stable).toBeNull();
});

test('forged stanza id: only the room gives ids to its messages (XEP-0359 section 6)', async () => {
  await enter(ALL);
  pair.peer.write(said('/friend', 'forged', occupantId('f1') + stanzaId('x', 'eve@localhost')));
  expect((await heard('forged')).stable).toBeNull();
  pair.peer.write(said('/friend', 'real', occupantId('f1') + stanzaId('y')));
  expect((await heard('real')).stable).toBe('y');
});

test('borrowed nick: what somebody once said under our nick is not ours', async () => {
  await enter(ALL, 'me', archived(ROOM, '1', said('/me', 'not mine', occupantId('z9'))));
  const message = await heard('not mine');
  expect(message.sender).toMatchObject({ self: false, key: 'occupant z9', contact: null });
  expect(message.operation).toBeNull();
});

test.each([
  [
    'today',
    (from: string) =>
      `<message type='groupchat' from='${from}'><retract xmlns='urn:xmpp:message-retract:1' id='s1'>` +
      `<moderated xmlns='urn:xmpp:message-moderate:1' by='${ROOM}/boss'/><reason>spam</reason></retract></message>`,
  ],
  [
    'before 0.3',
    (from: string) =>
      `<message type='groupchat' from='${from}'><apply-to xmlns='urn:xmpp:fasten:0' id='s1'>` +
      `<moderated xmlns='urn:xmpp:message-moderate:0' by='${ROOM}/boss'><retract xmlns='urn:xmpp:message-retract:0'/>` +
      `<reason>spam</reason></moderated></apply-to></message>`,
  ],
])(
  'forged moderation: an occupant cannot remove what others said, the room can (XEP-0425, %s)',
  async (_, moderation) => {
    await enter(ALL);
    pair.peer.write(said('/friend', 'text', occupantId('f1') + stanzaId('s1')));
    await heard('text');
    pair.peer.write(moderation(`${ROOM}/friend`));
    pair.peer.write(moderation(ROOM));
    pair.peer.write(said('/friend', 'after', occupantId('f1') + stanzaId('s2')));
    await heard('after');
    const ofRoom = patches().filter(({ by }) => by.key === ROOM);
    for (const { by, change } of patches())
      if (by.key !== ROOM) expect(change).not.toHaveProperty('moderator');
    expect(ofRoom).toHaveLength(1);
    expect(ofRoom[0]).toMatchObject({
      target: { stable: 's1' },
      by: { key: ROOM, self: false },
      change: { kind: 'retract', reason: 'spam', moderator: true },
    });
  },
);

test('unknown room: what is said in rooms that we are not in is dropped', async () => {
  await enter(ALL);
  pair.peer.write(said('/friend', 'elsewhere').replaceAll(ROOM, 'spam@rooms.localhost'));
  pair.peer.write(said('/friend', 'here', occupantId('f1') + stanzaId('s')));
  await heard('here');
  expect(pair.person.host.texts()).toEqual(['here']);
  expect(pair.person.host.logs).toContain('xmpp-unknown-room');
});

test('unmarked private message: it joins neither the room nor a contact', async () => {
  await enter(ALL);
  pair.peer.write(`<message type='chat' from='${ROOM}/friend'><body>psst</body></message>`);
  await heard('psst');
  const lines = pair.person.host.events.filter((e): e is TimelineEvent => e.type === 'timeline');
  expect(lines.map(({ conversation }) => conversation)).toEqual([`${ROOM}/friend`]);
});

test('forged invitation: who stands in a room cannot speak for it', async () => {
  await enter(ALL);
  const invite = (from: string): string =>
    `<message from='${from}'><x xmlns='${MUC_USER}'><invite from='boss@localhost'/></x></message>`;
  pair.peer.write(invite('club@rooms.localhost/eve') + invite('club@rooms.localhost'));
  const { host } = pair.person;
  const invited = (): unknown[] =>
    host.events.filter((e) => e.type === 'upsert' && e.of === 'conversation' && e.value.state === 'invited');
  await host.until('the invitation', () => invited().length > 0);
  expect(invited()).toHaveLength(1);
});

test('invitations of strangers fill no keyring and replace no password, until one is accepted', async () => {
  await enter([]);
  const { host } = pair.person;
  host.secrets.set('room old@rooms.localhost', 'ours');
  const before = host.secrets.size;
  const invite = (room: string): string =>
    `<message from='eve@elsewhere.example'><x xmlns='jabber:x:conference' jid='${room}@rooms.localhost' password='theirs'/></message>`;
  pair.peer.write(invite('old') + Array.from({ length: 600 }, (_, index) => invite(`r${index}`)).join(''));
  const invited = (): number =>
    host.events.filter((e) => e.type === 'upsert' && e.of === 'conversation' && e.value.state === 'invited')
      .length;
  await host.until('the invitations', () => invited() === 601);
  expect([host.secrets.size, host.secrets.get('room old@rooms.localhost')]).toEqual([before, 'ours']);
  const change = { action: 'accept-invitation' } as const;
  const accepted = pair.person.perform(
    pair.person.op(remoteKey('r599@rooms.localhost'), { type: 'room', change }),
  );
  scene.answer(await pair.peer.take('iq'), `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
  const presence = await pair.peer.take('presence');
  expect(presence.getChild('x')?.getChildText('password')).toBe('theirs');
  expect(host.secrets.size).toBe(before + 1);
  accepted.catch(() => {});
});

test('a nick change rekeys a participant whom only the nick names, and their private conversation', async () => {
  await enter([]);
  pair.peer.write(
    `<presence from='${ROOM}/friend' type='unavailable'><x xmlns='${MUC_USER}'><item nick='Fred' role='participant'/><status code='303'/></x></presence>`,
  );
  const { host } = pair.person;
  const rekeys = (): unknown[] => host.events.filter(({ type }) => type === 'rekey');
  await host.until('the rekey', () => rekeys().length >= 2);
  expect(rekeys()).toContainEqual({
    type: 'rekey',
    of: 'participant',
    in: remoteKey(ROOM),
    from: `${ROOM}/friend`,
    to: `${ROOM}/Fred`,
  });
  expect(rekeys()).toContainEqual({
    type: 'rekey',
    of: 'conversation',
    from: `${ROOM}/friend`,
    to: `${ROOM}/Fred`,
  });
});
