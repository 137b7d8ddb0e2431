import { describe, expect, test } from 'vitest';
import { remoteKey } from '@natter/core/model';
import { mapMessage, type MessageContext } from '../../src/mapping/message.ts';
import { stanza } from '../support/xml.ts';

const context: MessageContext = {
  own: 'me@here',
  archiveId: null,
  sentAt: null,
  receivedAt: 1000,
  place: { by: 'tail' },
  senderOf: (claimed) => (claimed === 'mine' ? remoteKey('me@here') : null),
};
const incoming = (content: string, attributes = `id='m1'`): unknown[] =>
  mapMessage(
    stanza(`<message from='Friend@There/phone' to='me@here' type='chat' ${attributes}>${content}</message>`),
    context,
  );
const outgoing = (content: string): unknown[] =>
  mapMessage(
    stanza(
      `<message from='me@here/other' to='friend@there' type='chat' id='o0123456789abcdef'>${content}</message>`,
    ),
    context,
  );

const friend = { key: 'friend@there', self: false, contact: 'friend@there', proof: 'account' };

describe('what a message says', () => {
  test.each([
    ['text', '<body>hi &lt;there&gt;</body>', { kind: 'text', text: 'hi <there>' }],
    ['/me (XEP-0245)', '<body>/me waves</body>', { kind: 'emote', text: 'waves' }],
    ['an empty text', '<body/>', { kind: 'text', text: '' }],
    [
      'one of several languages',
      `<body xml:lang='de'>hallo</body><body>hello</body>`,
      { kind: 'text', text: 'hello' },
    ],
    [
      'OMEMO',
      `<encrypted xmlns='urn:xmpp:omemo:2'/><body>x</body>`,
      { kind: 'undecryptable', reason: 'urn:xmpp:omemo:2' },
    ],
    [
      'another encryption (XEP-0380)',
      `<encryption xmlns='urn:xmpp:eme:0' namespace='urn:new'/><body>x</body>`,
      { kind: 'undecryptable', reason: 'urn:new' },
    ],
  ])('%s', (_, xml, content) => {
    const [timeline, ...more] = incoming(xml);
    expect(timeline).toMatchObject({
      type: 'timeline',
      conversation: 'friend@there',
      items: [{ sender: friend, claimed: 'm1', operation: null, content }],
    });
    // From then on nothing is said there in the clear unless the user says so.
    const value = { encrypted: true };
    const encrypted = { type: 'upsert', of: 'conversation', key: 'friend@there', value };
    expect(more).toEqual(content.kind === 'undecryptable' ? [encrypted] : []);
  });

  test('ours from another device names its operation', () => {
    expect(outgoing('<body>hi</body>')).toMatchObject([
      {
        conversation: 'friend@there',
        items: [{ sender: { key: 'me@here', self: true, contact: null }, operation: 'o0123456789abcdef' }],
      },
    ]);
  });
  test('a stranger cannot name an operation of ours', () => {
    expect(incoming('<body>hi</body>', `id='o0123456789abcdef'`)).toMatchObject([
      { items: [{ operation: null }] },
    ]);
  });
  test('the archive’s id, the direction and the sender’s id make the stable key', () => {
    const archived = mapMessage(
      stanza(`<message from='friend@there' to='me@here' type='chat' id='a b'><body>x</body></message>`),
      { ...context, archiveId: '28482-98726 73623' },
    );
    expect(archived).toMatchObject([{ items: [{ stable: '28482-98726%2073623 in a%20b' }] }]);
  });
  test.each([
    ['nothing', ''],
    ['a chat state', `<composing xmlns='http://jabber.org/protocol/chatstates'/>`],
    ['an unknown payload', `<x xmlns='urn:unknown'/>`],
  ])('%s is not stored', (_, xml) => {
    expect(incoming(xml)).toEqual([]);
  });
});

test('a reply names what it answers, without the part that repeats it for old clients (XEP-0461)', () => {
  const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='8'/></fallback>`;
  const reply = `<reply xmlns='urn:xmpp:reply:0' to='me@here/x' id='mine'/>`;
  expect(incoming(`<body>&gt; 😀 ja\n\nnein</body>${reply}${fallback}`)).toMatchObject([
    {
      items: [
        {
          content: { text: 'nein' },
          replyTo: { target: { claimed: 'mine', sender: 'me@here' }, quote: '😀 ja' },
        },
      ],
    },
  ]);
  // Positions that lead nowhere cut nothing.
  const wrong = fallback.replace(`end='8'`, `end='999'`);
  expect(incoming(`<body>&gt; x\nnein</body>${reply}${wrong}`)).toMatchObject([
    { items: [{ content: { text: '> x\nnein' } }] },
  ]);
});

describe('what changes a message names it by its sender’s id, and who changes it', () => {
  test.each([
    [
      'a correction (XEP-0308)',
      `<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>`,
      { claimed: 'm0', sender: 'friend@there' },
      { kind: 'edit', content: { text: 'new' } },
    ],
    [
      'a retraction (XEP-0424)',
      `<retract xmlns='urn:xmpp:message-retract:1' id='m0'/><body>old client</body>`,
      { claimed: 'm0', sender: 'friend@there' },
      { kind: 'retract' },
    ],
    [
      'reactions to ours (XEP-0444)',
      `<reactions xmlns='urn:xmpp:reactions:0' id='mine'><reaction>👍</reaction><reaction>👍</reaction></reactions>`,
      { claimed: 'mine', sender: 'me@here' },
      { kind: 'reactions', keys: ['👍'] },
    ],
    [
      'reactions taken back',
      `<reactions xmlns='urn:xmpp:reactions:0' id='mine'/>`,
      { claimed: 'mine', sender: 'me@here' },
      { kind: 'reactions', keys: [] },
    ],
  ])('%s', (_, xml, target, change) => {
    expect(incoming(xml)).toMatchObject([
      { type: 'patch', conversation: 'friend@there', by: friend, target, change },
    ]);
  });
});

describe('receipts and markers', () => {
  test.each([
    [
      'delivered (XEP-0184)',
      `<received xmlns='urn:xmpp:receipts' id='mine'/>`,
      { kind: 'delivered', exact: true },
    ],
    ['delivered (XEP-0333)', `<received xmlns='urn:xmpp:chat-markers:0' id='mine'/>`, { kind: 'delivered' }],
    ['read', `<displayed xmlns='urn:xmpp:chat-markers:0' id='mine'/>`, { kind: 'read' }],
  ])('%s', (_, xml, marker) => {
    expect(incoming(xml)).toMatchObject([
      { type: 'marker', who: friend, upTo: { claimed: 'mine', sender: 'me@here' }, ...marker },
    ]);
  });
  test('what another device of ours has read is our own position', () => {
    expect(outgoing(`<displayed xmlns='urn:xmpp:chat-markers:0' id='theirs'/>`)).toMatchObject([
      {
        type: 'marker',
        kind: 'read',
        who: { self: true },
        upTo: { claimed: 'theirs', sender: 'friend@there' },
      },
    ]);
    expect(outgoing(`<received xmlns='urn:xmpp:receipts' id='theirs'/>`)).toEqual([]);
  });
});
