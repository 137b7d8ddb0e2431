import { afterEach, expect, test } from 'vitest';
import { remoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { MUC_USER, ROOM, RoomScene, said } from '../support/room-scene.ts';

let scene: RoomScene;
afterEach(() => scene.pair.close());

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

async function enter(): Promise<void> {
  scene = await RoomScene.knock([], { roomQuietTime: 200, roomRetryTime: 20 });
  await letIn();
  await scene.outcome;
}
async function letIn(): Promise<void> {
  scene.occupant('friend', '');
  scene.occupant('me', '', `<status code='110'/>`);
}
/** Answers what the room is asked until it is asked this; what it says to that comes from the test. */
async function asked(what: (iq: Element) => boolean): Promise<Element> {
  for (let iq = await scene.pair.peer.take('iq'); ; iq = await scene.pair.peer.take('iq')) {
    if (what(iq)) return iq;
    scene.describe(iq, []);
  }
}
const ping = (iq: Element): boolean => iq.getChild('ping') !== undefined && iq.attrs['to'] === `${ROOM}/me`;
function refuse(iq: Element, condition: string): void {
  scene.pair.peer.write(
    `<iq type='error' id='${iq.attrs['id']}' from='${iq.attrs['to']}'><error type='cancel'><${condition} xmlns='${STANZAS}'/></error></iq>`,
  );
}
/** The room is entered again, and what is said there is heard. */
async function comesBack(): Promise<void> {
  scene.describe(await asked((iq) => iq.attrs['to'] === ROOM), []);
  let presence = await scene.pair.peer.take('presence');
  while (presence.attrs['to'] !== `${ROOM}/me`) presence = await scene.pair.peer.take('presence');
  expect(presence.getChild('x', 'http://jabber.org/protocol/muc')).toBeDefined();
  await letIn();
  scene.pair.peer.write(said('/friend', 'you are back'));
  await scene.heard('you are back');
}

test('a quiet room that has lost us without a word is entered again (XEP-0410)', async () => {
  await enter();
  refuse(await asked(ping), 'not-acceptable');
  await comesBack();
});

test.each(['service-unavailable', 'item-not-found', 'remote-server-timeout'])(
  'a quiet room that answers %s has not lost us',
  async (condition) => {
    await enter();
    const before = scene.pair.peer.heard.split('protocol/muc"').length;
    refuse(await asked(ping), condition);
    await asked(ping);
    expect(scene.pair.peer.heard.split('protocol/muc"').length).toBe(before);
  },
);

test('after a service has stopped (code 332) its rooms are entered again, as soon as they can be', async () => {
  await enter();
  scene.pair.peer.write(
    `<presence type='unavailable' from='${ROOM}/me'><x xmlns='${MUC_USER}'><item affiliation='none' role='none'/><status code='332'/><status code='110'/></x></presence>`,
  );
  scene.describe(await asked((iq) => iq.attrs['to'] === ROOM), []);
  await scene.pair.peer.take('presence');
  scene.pair.peer.write(
    `<presence type='error' from='${ROOM}/me'><error type='cancel'><remote-server-not-found xmlns='${STANZAS}'/></error></presence>`,
  );
  await comesBack();
});

test('nobody comes back to a room out of which they were thrown', async () => {
  await enter();
  scene.pair.peer.write(
    `<presence type='unavailable' from='${ROOM}/me'><x xmlns='${MUC_USER}'><item affiliation='none' role='none'/><status code='307'/><status code='110'/></x></presence>`,
  );
  await scene.heard('you were kicked');
  const before = scene.pair.peer.heard.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(scene.pair.peer.heard.slice(before)).not.toContain(ROOM);
});

test('what a room refuses because it has lost us is not lost: it is not sent, and the room is entered again', async () => {
  await enter();
  const { person, peer } = scene.pair;
  const content = { kind: 'text', text: 'hello' } as const;
  const body = { type: 'send', content, replyTo: null, thread: null, mentions: [] } as const;
  const outcome = person.perform(person.op(remoteKey(ROOM), body));
  const message = await peer.take('message');
  peer.write(
    `<message type='error' id='${message.attrs['id']}' from='${ROOM}'><error type='modify'><not-acceptable xmlns='${STANZAS}'/></error></message>`,
  );
  refuse(await asked(ping), 'not-acceptable');
  refuse(await asked(ping), 'not-acceptable');
  await comesBack();
  expect(await outcome).toMatchObject({ result: 'not-sent', error: { retriable: true } });
});
