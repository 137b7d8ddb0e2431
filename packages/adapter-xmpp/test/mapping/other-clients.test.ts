import { expect, test } from 'vitest';
import { remoteKey } from '@natter/core/model';
import { mapMessage } from '../../src/mapping/message.ts';
import { mapRoomMessage } from '../../src/mapping/rooms/message.ts';
import { stanza } from '../support/xml.ts';

/** What other clients really sent, as a server passed it on. */
const place = { by: 'tail' } as const;
const map = (text: string): unknown[] =>
  mapMessage(stanza(text), {
    own: 'alice@localhost',
    archiveId: null,
    sentAt: null,
    receivedAt: 1000,
    place,
    senderOf: () => null,
  });

const retraction = `<body>x</body><fallback xmlns="urn:xmpp:fallback:0"/><apply-to xmlns="urn:xmpp:fasten:0" id="m5">
  <retract xmlns="urn:xmpp:message-retract:0"/></apply-to><store xmlns="urn:xmpp:hints"/>`;

test('slixmpp 1.8 takes back as XEP-0424 said before version 0.4: its text is no message', () => {
  const from = `type="chat" to="alice@localhost" from="bob@localhost/slix" id="8c2289f801ef462a9b5de4206fbb8222"`;
  expect(map(`<message ${from}>${retraction}</message>`)).toMatchObject([
    {
      type: 'patch',
      target: { claimed: 'm5', sender: 'bob@localhost' },
      by: { key: 'bob@localhost' },
      change: { kind: 'retract' },
    },
  ]);
});

test('the same in a room', () => {
  const room = remoteKey('hall@rooms.localhost');
  const key = remoteKey('hall@rooms.localhost/bob');
  const sender = { key, self: false, contact: null, name: 'bob', proof: 'nick' } as const;
  const message = stanza(
    `<message type="groupchat" from="${key}" to="alice@localhost/a" id="x">${retraction}</message>`,
  );
  const context = { room, sender, nick: 'alice', archiveId: null, sentAt: null, receivedAt: 1, place };
  expect(mapRoomMessage(message, { ...context, targetOf: () => null })).toMatchObject([
    { type: 'patch', target: { claimed: 'm5', sender: key }, change: { kind: 'retract' } },
  ]);
});

test('something fastened that is no retraction takes nothing back', () => {
  const other = retraction.replace('message-retract:0', 'reactions:9');
  const message = `<message from="bob@localhost/slix" to="alice@localhost" id="y">${other}</message>`;
  expect(map(message)).toMatchObject([{ type: 'timeline', items: [{ content: { text: 'x' } }] }]);
});

test('a letter keeps what it is about (RFC 6121 section 5.2.4)', () => {
  const message = `<message to="alice@localhost" id="fd0e165e39784ac0a896ef4f0adcdd2f" xml:lang="en" type="normal"
    from="bob@localhost/slix"><body>the body</body><subject>The Subject</subject></message>`;
  expect(map(message)).toMatchObject([
    { type: 'timeline', items: [{ content: { kind: 'text', text: 'The Subject\n\nthe body' } }] },
  ]);
});

test('a subject beside an empty body, as mcabber sends a topic, has nothing behind it', () => {
  const message = `<message to="alice@localhost" from="carol@localhost/mcabber"><body></body><subject>songs</subject></message>`;
  expect(map(message)).toMatchObject([{ type: 'timeline', items: [{ content: { text: 'songs' } }] }]);
});

test('how far an occupant has read is told by the id of the room (XEP-0333), and not by whoever has a nick', () => {
  const room = remoteKey('hall@rooms.localhost');
  const message = stanza(
    `<message from="${room}/bob" type="groupchat" id="2"><displayed xmlns="urn:xmpp:chat-markers:0" id="39K7ZYIp"/></message>`,
  );
  const told = (proof: 'occupant' | 'nick'): unknown[] => {
    const sender = { key: remoteKey('occupant b'), self: false, contact: null, name: 'bob', proof } as const;
    const context = { room, sender, nick: 'alice', archiveId: '1', sentAt: null, receivedAt: 1, place };
    return mapRoomMessage(message, { ...context, targetOf: (id) => ({ stable: remoteKey(id) }) });
  };
  expect(told('occupant')).toMatchObject([
    {
      type: 'marker',
      conversation: room,
      who: { key: 'occupant b' },
      kind: 'read',
      upTo: { stable: '39K7ZYIp' },
    },
  ]);
  expect(told('nick')).toEqual([]);
});
