import { afterEach, expect, test } from 'vitest';
import { containing } from '../support/matchers.ts';
import { MUC_USER, ROOM, RoomScene, said } from '../support/room-scene.ts';

let scene: RoomScene;
afterEach(() => scene.pair.close());

async function knock(): Promise<void> {
  scene = await RoomScene.knock([]);
}
async function enter(): Promise<void> {
  await knock();
  scene.occupant('friend', '');
  scene.occupant('me', '', `<status code='110'/>`);
  await scene.outcome;
}
const left = (): unknown =>
  scene.pair.person.host.events.findLast(
    (e) => e.type === 'upsert' && e.of === 'conversation' && e.key === ROOM,
  );

test.each([
  [
    'kicked',
    `<item affiliation='none' role='none'><actor nick='boss'/><reason>too loud</reason></item><status code='307'/>`,
    'you were kicked by boss: too loud',
    'left',
  ],
  [
    'banned',
    `<item affiliation='outcast' role='none'><actor jid='boss@localhost'/></item><status code='301'/>`,
    'you were banned by boss@localhost',
    'banned',
  ],
  [
    'not-a-member',
    `<item affiliation='none' role='none'/><status code='321'/>`,
    'you were taken off the list of members',
    'left',
  ],
  [
    'members-only',
    `<item affiliation='none' role='none'/><status code='322'/>`,
    'the room is for its members only now',
    'left',
  ],
  [
    'destroyed',
    `<item affiliation='none' role='none'/><destroy jid='new@rooms.localhost'><reason>too small</reason></destroy>`,
    'the room was closed for good: too small; it goes on at new@rooms.localhost',
    'left',
  ],
])('who is made to leave is told why: %s', async (event, x, text, state) => {
  await enter();
  scene.pair.peer.write(
    `<presence type='unavailable' from='${ROOM}/me'><x xmlns='${MUC_USER}'>${x}<status code='110'/></x></presence>`,
  );
  const message = await scene.heard(text);
  expect(message.content).toMatchObject({ kind: 'system', data: { event } });
  await scene.pair.person.host.until(state, () => JSON.stringify(left()).includes(`"${state}"`));
});

test('a service that stops is no reason to stay away, and nothing to be told', async () => {
  await enter();
  scene.pair.peer.write(
    `<presence type='unavailable' from='${ROOM}/me'><x xmlns='${MUC_USER}'><item affiliation='none' role='none'/><status code='332'/><status code='110'/></x></presence>`,
  );
  await scene.pair.person.host.until('left', () => JSON.stringify(left()).includes('"left"'));
  expect(scene.pair.person.host.texts()).toEqual([]);
  const records = [...scene.pair.person.host.stored].filter(([key]) => key.endsWith(ROOM));
  expect(records.map(([, record]) => record)).toEqual([containing('"left":false')]);
});

test.each([
  ['not-authorized', 'forbidden', 'the room wants its password'],
  ['forbidden', 'forbidden', 'you are banned from the room'],
  ['registration-required', 'forbidden', 'the room is for its members only'],
  ['item-not-found', 'not-found', 'there is no such room, or it is not open yet'],
  ['not-allowed', 'forbidden', 'there is no such room, and you may not open one there'],
  ['not-acceptable', 'forbidden', 'the room lets you in only under the nick that is reserved for you'],
  ['service-unavailable', 'rate-limited', 'the room is full, or there are no rooms there'],
  ['odd', 'forbidden', 'the room did not let you in: odd: Nobody wants you'],
])('why a room lets nobody in is told in its own words: %s', async (condition, code, message) => {
  await knock();
  const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas';
  const text = condition === 'odd' ? `<text xmlns='${stanzas}'>Nobody wants you</text>` : '';
  scene.pair.peer.write(
    `<presence type='error' from='${ROOM}/me'><error type='auth'><${condition} xmlns='${stanzas}'/>${text}</error></presence>`,
  );
  expect(await scene.outcome).toMatchObject({ result: 'refused', error: { code, message } });
});

test('a room that has moved says where it goes on (XEP-0045 section 10.9)', async () => {
  await knock();
  scene.pair.peer.write(
    `<presence type='error' from='${ROOM}/me'><error type='cancel'>
      <gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:new@rooms.localhost?join</gone></error></presence>`,
  );
  expect(await scene.outcome).toMatchObject({
    error: { code: 'not-found', message: 'the room is no more; it goes on at new@rooms.localhost' },
  });
});

test('a room that does not mark our own presence (code 110) has let us in all the same', async () => {
  await knock();
  scene.occupant('friend', '');
  scene.occupant('me', '');
  expect(await scene.outcome).toMatchObject({ result: 'accepted' });
});

test('a room may give us another nick (code 210)', async () => {
  await knock();
  scene.occupant('me-2', '', `<status code='210'/>`);
  expect(await scene.outcome).toMatchObject({ result: 'accepted' });
  scene.pair.peer.write(said('/me-2', 'mine'));
  expect((await scene.heard('mine')).sender).toMatchObject({ self: true });
});

test('a room that nobody was in is opened, as it lets nobody else in before (XEP-0045 section 10.1)', async () => {
  await knock();
  scene.occupant('me', '', `<status code='110'/><status code='201'/>`);
  const open = await scene.pair.peer.take('iq');
  expect(open.getChild('query')?.getChild('x', 'jabber:x:data')?.attrs['type']).toBe('submit');
  scene.answer(open, '');
  scene.describe(await scene.pair.peer.take('iq'), []);
  expect(await scene.outcome).toMatchObject({ result: 'accepted' });
});

test('what the room says itself is shown as that', async () => {
  await enter();
  scene.pair.peer.write(said('', 'we close in five minutes'));
  expect(await scene.heard('we close in five minutes')).toMatchObject({
    content: { kind: 'system' },
    sender: { key: ROOM, self: false, contact: null },
  });
});

test('a room that is configured anew is looked at again, and only by its own word', async () => {
  await enter();
  const news = (from: string): string =>
    `<message type='groupchat' from='${from}'><x xmlns='${MUC_USER}'><status code='104'/></x></message>`;
  const asked = (): number => scene.pair.peer.heard.split('disco#info"').length;
  const before = asked();
  scene.pair.peer.write(news(`${ROOM}/friend`) + said('/friend', 'after'));
  await scene.heard('after');
  expect(asked()).toBe(before);
  scene.pair.peer.write(news(ROOM));
  for (let query = await scene.pair.peer.take('iq'); ; query = await scene.pair.peer.take('iq')) {
    if (query.attrs['to'] !== ROOM) continue;
    scene.describe(query, ['muc_membersonly'], 'New name');
    break;
  }
  await scene.pair.person.host.until('the name', () => JSON.stringify(left()).includes('New name'));
  expect(left()).toMatchObject({ value: { title: 'New name', kind: 'group' } });
});
