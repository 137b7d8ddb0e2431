import { expect, test } from 'vitest';
import { mapMessage, type MessageContext } from '../../src/mapping/message.ts';
import { mapRoomMessage } from '../../src/mapping/rooms/message.ts';
import { remoteKey } from '@natter/core/model';
import { Room, UNKNOWN_TRAITS } from '../../src/features/rooms/room.ts';
import { stanza } from '../support/xml.ts';

const context: MessageContext = {
  own: 'me@here',
  archiveId: null,
  sentAt: null,
  receivedAt: 1,
  place: { by: 'tail' },
  senderOf: () => remoteKey('friend@there'),
};
const CORRECTION = `<body>pay eve</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`;
const RETRACTION = `<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>`;

test.each([
  ['correction', CORRECTION],
  ['retraction', RETRACTION],
])('forged %s: who changes a message names only their own, whosever the id is (CVE-2022-39835)', (_, xml) => {
  const [event] = mapMessage(
    stanza(`<message from='eve@there/x' to='me@here' type='chat' id='m2'>${xml}</message>`),
    context,
  );
  expect(event).toMatchObject({
    type: 'patch',
    conversation: 'eve@there',
    by: { key: 'eve@there', self: false },
    target: { claimed: 'm1', sender: 'eve@there' },
  });
});

test('borrowed nick: who comes after somebody under their nick cannot change what they said (XEP-0421)', () => {
  const room = new Room(remoteKey('hall@rooms'), remoteKey('me@here'), {
    nick: 'me',
    last: null,
    lastAt: null,
    left: false,
  });
  room.traits = { ...UNKNOWN_TRAITS, stanzaIds: true, occupantIds: true };
  const before = room.speaker('friend', 'f1');
  const after = room.speaker('friend', 'e1');
  expect(after.key).not.toBe(before.key);
  const [event] = mapRoomMessage(
    stanza(`<message from='hall@rooms/friend' type='groupchat' id='m2'>${CORRECTION}</message>`),
    { ...context, room: room.address, sender: after, nick: 'me', targetOf: (id) => room.targetOf(id) },
  );
  expect(event).toMatchObject({ type: 'patch', by: { key: after.key }, target: { sender: after.key } });
});
