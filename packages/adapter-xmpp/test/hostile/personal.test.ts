import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Element } from '@xmpp/xml';
import { startPair, type Pair } from '../support/pair.ts';

let pair: Pair;
afterEach(() => pair.close());

const EVENT = 'http://jabber.org/protocol/pubsub#event';
const published = (from: string, node: string, item: string): string =>
  `<message from='${from}'><event xmlns='${EVENT}'><items node='${node}'>${item}</items></event></message>`;
/** A message after which all before it has been looked at. */
const last = `<message from='friend@localhost/x' id='last'><body>last</body></message>`;
const until = (text: string): Promise<boolean> =>
  pair.person.host.until(text, () => pair.person.host.texts().includes(text));

test.each([
  ['a contact', 'friend@localhost'],
  ['another domain', 'localhost.example'],
  ['our server', 'localhost'],
])(
  'forged publication: %s cannot move us into a room or say what we have read (CVE-2023-28686, CVE-2019-1000021)',
  async (_, from) => {
    pair = await startPair();
    const { peer, person } = pair;
    const room = `<item id='trap@rooms.example'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'/></item>`;
    peer.write(published(from, 'urn:xmpp:bookmarks:1', room));
    const read = `<item id='friend@localhost'><displayed xmlns='urn:xmpp:mds:displayed:0'><stanza-id xmlns='urn:xmpp:sid:0' by='me@localhost' id='1'/></displayed></item>`;
    peer.write(published(from, 'urn:xmpp:mds:displayed:0', read));
    peer.write(last);
    await until('last');
    expect(peer.heard).not.toContain('trap@rooms.example');
    expect(person.host.events.filter(({ type }) => type === 'marker')).toEqual([]);
    expect(person.host.logs).toContain('xmpp-forged-publication');
  },
);

test('nobody becomes a contact by telling a name or a picture', async () => {
  pair = await startPair();
  const { peer, person } = pair;
  const nick = `<item id='1'><nick xmlns='http://jabber.org/protocol/nick'>Your bank</nick></item>`;
  peer.write(published('stranger@localhost', 'http://jabber.org/protocol/nick', nick));
  const hash = '0123456789abcdef0123456789abcdef01234567';
  const picture = `<item id='${hash}'><metadata xmlns='urn:xmpp:avatar:metadata'><info id='${hash}'/></metadata></item>`;
  peer.write(published('stranger@localhost', 'urn:xmpp:avatar:metadata', picture));
  peer.write(
    `<presence from='stranger@localhost/x'><x xmlns='vcard-temp:x:update'><photo>${hash}</photo></x></presence>`,
  );
  peer.write(last);
  await until('last');
  expect(person.host.events.filter((event) => event.type === 'upsert' && event.of === 'contact')).toEqual([]);
});

test('a picture in the vcard stands in where none was published, and gives way to one that was (XEP-0153)', async () => {
  pair = await startPair({
    roster: `<item jid='friend@localhost' subscription='both'/>`,
  });
  const { peer, person } = pair;
  const vcard = 'a'.repeat(40);
  const pep = 'b'.repeat(40);
  const presence = (hash: string): string =>
    `<presence from='friend@localhost/x'><x xmlns='vcard-temp:x:update'><photo>${hash}</photo></x></presence>`;
  peer.write(presence(vcard) + presence(vcard));
  const item = `<item id='${pep}'><metadata xmlns='urn:xmpp:avatar:metadata'><info id='${pep}'/></metadata></item>`;
  peer.write(published('friend@localhost', 'urn:xmpp:avatar:metadata', item));
  peer.write(presence('c'.repeat(40)));
  peer.write(
    published(
      'friend@localhost',
      'urn:xmpp:avatar:metadata',
      `<item id='x'><metadata xmlns='urn:xmpp:avatar:metadata'/></item>`,
    ),
  );
  peer.write(last);
  await until('last');
  const pictures = person.host.events.flatMap((event) =>
    event.type === 'upsert' && event.of === 'contact' && event.value.avatar !== undefined
      ? [event.value.avatar?.remote ?? null]
      : [],
  );
  expect(pictures).toEqual([
    `xmpp-avatar:vcard:${vcard}:friend@localhost`,
    `xmpp-avatar:pep:${pep}:friend@localhost`,
    null,
  ]);
});

const PERSONAL = `<identity category='pubsub' type='pep'/>`;
/** The next request that is about this; what else is asked gets empty answers. */
async function request(is: (iq: Element) => boolean): Promise<Element> {
  for (let iq = await pair.peer.take('iq'); ; iq = await pair.peer.take('iq')) {
    if (is(iq)) return iq;
    pair.peer.answer(iq);
  }
}
const publishOf = (iq: Element): Element | undefined => iq.getChildElements()[0]?.getChild('publish');
const publishes = (iq: Element): boolean => publishOf(iq) !== undefined;
const isVcard = (iq: Element): boolean => iq.getChild('vCard', 'vcard-temp') !== undefined;

test.each([
  ['as well, where the server does not see to it', PERSONAL],
  ['alone, where nothing can be published', ''],
])('our picture goes into the vcard and the presence (XEP-0153) %s', async (_, identities) => {
  pair = await startPair({ identities });
  const { peer, person } = pair;
  expect(person.host.accountCapabilities?.support['own-avatar']).toBe('partial');
  const picture = Buffer.from('not really a picture');
  const hash = createHash('sha1').update(picture).digest('hex');
  const done = person.show(picture);
  for (const node of identities === '' ? [] : ['urn:xmpp:avatar:data', 'urn:xmpp:avatar:metadata']) {
    const publication = await request(publishes);
    const publish = publishOf(publication);
    expect([publish?.attrs['node'], publish?.getChild('item')?.attrs['id']]).toEqual([node, hash]);
    peer.answer(publication);
  }
  const old = '<FN>Juliet</FN><PHOTO><TYPE>image/gif</TYPE><BINVAL>AAAA</BINVAL></PHOTO>';
  peer.answer(await request(isVcard), `<vCard xmlns='vcard-temp'>${old}</vCard>`);
  const change = await request(isVcard);
  const vcard = change.getChild('vCard', 'vcard-temp');
  expect(vcard?.getChildText('FN')).toBe('Juliet');
  expect(vcard?.getChildren('PHOTO').map((photo) => photo.getChildText('BINVAL'))).toEqual([
    picture.toString('base64'),
  ]);
  peer.answer(change);
  expect(await done).toMatchObject({ result: 'accepted' });
  const photo = async () =>
    (await peer.take('presence')).getChild('x', 'vcard-temp:x:update')?.getChildText('photo');
  expect(await photo()).toBe(hash);

  // Another device of ours has changed the vcard since: we do not go on telling what it does not hold.
  const other = 'b'.repeat(40);
  peer.write(
    `<presence from='me@localhost/other'><x xmlns='vcard-temp:x:update'><photo>${other}</photo></x></presence>`,
  );
  peer.write(last);
  await until('last');
  person.session.signal({ type: 'presence', presence: { availability: 'away', text: null } });
  expect(await photo()).toBeUndefined();
});

test('a service that makes no nodes by itself is told to make them', async () => {
  pair = await startPair({ identities: PERSONAL });
  const { peer, person } = pair;
  const done = person.perform(person.op(null, { type: 'profile', change: { action: 'name', name: 'Me' } }));
  const first = await request(publishes);
  peer.write(
    `<iq type='error' id='${first.attrs['id']}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  );
  const creation = await request((iq) => iq.getChildElements()[0]?.getChild('create') !== undefined);
  expect(creation.getChildElements()[0]?.getChild('create')?.attrs['node']).toBe(
    publishOf(first)?.attrs['node'],
  );
  peer.answer(creation);
  peer.answer(await request(publishes));
  expect(await done).toMatchObject({ result: 'accepted' });
});

test('a picture that does not go into a stanza that every server takes is not sent', async () => {
  pair = await startPair();
  const { peer, person } = pair;
  expect(await person.show(Buffer.alloc(64 * 1024))).toMatchObject({
    result: 'refused',
    error: { code: 'too-large', userAction: 'shorten' },
  });
  expect(peer.heard).not.toContain('urn:xmpp:avatar:data');
});
