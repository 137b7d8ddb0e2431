import { afterEach, describe, expect, test } from 'vitest';
import { startPair, type Pair } from '../support/pair.ts';
import type { Peer } from '../support/scripted-server.ts';

let pair: Pair;
let person: Pair['person'];

afterEach(() => pair.close());

async function online(managed = false): Promise<Peer> {
  pair = await startPair({ managed });
  ({ person } = pair);
  return pair.peer;
}

/** What comes behind everything that was written before, so that its arrival proves that the rest was looked at. */
async function marker(peer: Peer): Promise<void> {
  peer.write(`<message from='friend@localhost/x' type='chat' id='marker'><body>marker</body></message>`);
  await person.host.until('marker', () => person.host.texts().includes('marker'));
}

describe('a stream that breaks the rules ends that account alone, with a clear error', () => {
  test.each([
    [
      '64 MiB in an unclosed stanza',
      async (peer: Peer) => {
        peer.write(`<message from='a@b'><body>`);
        await peer.flood(Buffer.alloc(1024 * 1024, 'a'), 64);
      },
      'larger than',
    ],
    ['depth 50,000', async (peer: Peer) => peer.write('<message>'.repeat(50_000)), 'nested deeper'],
    ['two XML errors in one chunk', async (peer: Peer) => peer.write('<a><b></c></d>'), 'not well-formed'],
    ['garbage', async (peer: Peer) => peer.write(Buffer.from([0, 255, 1, 2, 3])), 'UTF-8'],
    ['a DTD', async (peer: Peer) => peer.write('<!DOCTYPE x>'), 'document type'],
    [
      'a stream error',
      async (peer: Peer) =>
        peer.write(
          `<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
        ),
      'system-shutdown',
    ],
    [
      'a stream error without a condition',
      async (peer: Peer) => peer.write('<stream:error/>'),
      'undefined-condition',
    ],
    [
      'a redirect to another host',
      async (peer: Peer) =>
        peer.write(
          `<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host></stream:error>`,
        ),
      'see-other-host',
    ],
    ['a reset', async (peer: Peer) => peer.destroy(), 'closed the connection'],
  ])('%s', async (_, attack, message) => {
    const peer = await online();
    const before = process.memoryUsage().rss;
    const began = performance.now();
    void attack(peer);
    const ended = await person.ended;
    expect(ended).toMatchObject({ why: 'network' });
    expect(JSON.stringify(ended)).toContain(message);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  test('another session in our place is not fought over', async () => {
    (await online()).write(
      `<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
    );
    expect(await person.ended).toMatchObject({ why: 'replaced' });
  });
});

describe('who may say what', () => {
  test('an address that is none kills nothing', async () => {
    const peer = await online();
    for (const from of ['@', '', '/', 'a@', '@b', 'a b@c', `${'x'.repeat(5000)}@b`, 'a@b/', 'a@/b']) {
      peer.write(
        `<message from='${from}'><body>nobody</body></message><presence from='${from}'/><iq type='get' id='1' from='${from}'/>`,
      );
    }
    await marker(peer);
    expect(person.host.texts()).not.toContain('nobody from @');
  });

  test('forged carbons (CVE-2017-5589)', async () => {
    const peer = await online();
    const inner = (from: string, to: string): string =>
      `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='${from}' to='${to}' type='chat'><body>forged</body></message></forwarded>`;
    for (const from of [
      'eve@localhost',
      'eve@localhost/x',
      'localhost',
      'me@localhost/other',
      'me@localhost.evil',
    ]) {
      peer.write(
        `<message from='${from}'><received xmlns='urn:xmpp:carbons:2'>${inner('friend@localhost/x', 'me@localhost')}</received></message>`,
      );
      peer.write(
        `<message from='${from}'><sent xmlns='urn:xmpp:carbons:2'>${inner('me@localhost/x', 'friend@localhost')}</sent></message>`,
      );
    }
    peer.write(
      `<message from='me@localhost'><sent xmlns='urn:xmpp:carbons:2'>${inner('eve@localhost/x', 'friend@localhost')}</sent></message>`,
    );
    await marker(peer);
    expect(person.host.texts()).toEqual(['marker']);
    expect(person.host.logs).toContain('xmpp-forged-carbon');
    peer.write(
      `<message from='me@localhost'><sent xmlns='urn:xmpp:carbons:2'>${inner('me@localhost/x', 'friend@localhost')}</sent></message>`,
    );
    await person.host.until('the real one', () => person.host.texts().includes('forged'));
  });

  test('a roster push of a stranger changes nothing and gets no result (CVE-2015-8688)', async () => {
    const peer = await online();
    const push = (from: string, id: string): string =>
      `<iq type='set' id='${id}'${from}><query xmlns='jabber:iq:roster'><item jid='eve@localhost' subscription='both'/></query></iq>`;
    for (const from of ['eve@localhost/x', 'localhost', 'me@localhost/other', 'me@localhost.evil'])
      peer.write(push(` from='${from}'`, 'forged'));
    peer.write(push('', 'real'));
    const answer = await peer.take('iq');
    expect(answer.attrs).toMatchObject({ type: 'result', id: 'real' });
    expect(peer.heard).not.toContain('forged');
    expect(person.host.events.filter((event) => event.type === 'upsert')).toHaveLength(1);
  });

  test('nobody becomes a contact by claiming to have agreed', async () => {
    const peer = await online();
    peer.write(`<presence from='eve@localhost' type='subscribed'/>`);
    await marker(peer);
    expect(person.host.events.filter(({ type }) => type === 'upsert')).toEqual([]);
  });

  test('a push that says nothing valid changes nothing and holds nothing up', async () => {
    const peer = await online(true);
    peer.write(`<iq type='set' id='odd'><query xmlns='jabber:iq:roster'><item jid='@'/></query></iq>`);
    await marker(peer);
    peer.write(`<r xmlns='urn:xmpp:sm:3'/>`);
    let told = -1;
    while (told < 6) told = Number((await peer.take('a')).attrs['h']); // four answers, the push, the message
  });

  test('an answer of somebody else to our request is not believed, the real one still is (CVE-2014-0364)', async () => {
    const peer = await online();
    const page = person.session.catchUp('account', 'x1', new AbortController().signal);
    const query = await peer.take('iq');
    const fin = (last: string): string =>
      `<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><last>${last}</last></set></fin>`;
    for (const from of ['eve@localhost', 'me@localhost.evil'])
      peer.write(`<iq type='result' id='${query.attrs['id']}' from='${from}'>${fin('forged')}</iq>`);
    peer.write(`<iq type='error' id='${query.attrs['id']}' from='eve@localhost/x'/>`);
    peer.write(`<iq type='result' id='${query.attrs['id']}' from='me@localhost'>${fin('real')}</iq>`);
    expect((await page).batch.cursors).toEqual({ account: 'real' });
  });

  test('archive results of strangers or for no query of ours are dropped (CVE-2019-16237)', async () => {
    const peer = await online();
    const page = person.session.catchUp('account', 'x1', new AbortController().signal);
    const query = await peer.take('iq');
    const queryId = String(query.getChild('query')?.attrs['queryid']);
    const result = (from: string, id: string, text: string): string =>
      `<message${from}><result xmlns='urn:xmpp:mam:2' id='i-${text}' queryid='${id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>` +
      `<message xmlns='jabber:client' from='friend@localhost/x' to='me@localhost' type='chat'><body>${text}</body></message></forwarded></result></message>`;
    peer.write(
      result(` from='eve@localhost'`, queryId, 'stranger') +
        result('', 'unknown', 'unknown') +
        result(` from='me@localhost/x'`, queryId, 'resource'),
    );
    peer.write(result(` from='me@localhost'`, queryId, 'real'));
    peer.write(
      `<iq type='result' id='${query.attrs['id']}'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>`,
    );
    const texts = (await page).batch.events.flatMap((event) =>
      event.type === 'timeline' ? event.items.map((item) => item.content.text) : [],
    );
    expect(texts).toEqual(['real']);
    await marker(peer);
    expect(person.host.texts()).toEqual(['marker']);
  });

  test('a stanza-id by others says nothing (XEP-0359)', async () => {
    const peer = await online();
    const ids = ['eve@localhost', 'localhost', 'friend@localhost']
      .map((by) => `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='forged'/>`)
      .join('');
    peer.write(`<message from='friend@localhost/x' type='chat' id='a'><body>one</body>${ids}</message>`);
    peer.write(
      `<message from='friend@localhost/x' type='chat' id='b'><body>two</body>${ids}<stanza-id xmlns='urn:xmpp:sid:0' by='me@localhost' id='real'/></message>`,
    );
    await marker(peer);
    expect(person.host.messages.slice(0, 2).map(({ stable }) => stable)).toEqual([null, 'real in b']);
  });

  test('a private message of a room never joins a contact’s conversation', async () => {
    const peer = await online();
    peer.write(
      `<message from='room@conference.localhost/friend' type='chat'><body>pm</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    );
    peer.write(
      `<message from='room@conference.localhost/friend' type='groupchat'><body>room</body></message>`,
    );
    await marker(peer);
    const said = person.host.events.flatMap((event) =>
      event.type === 'timeline' ? event.items.map(({ content }) => [event.conversation, content.text]) : [],
    );
    expect(said).toEqual([
      ['room@conference.localhost/friend', 'pm'],
      ['friend@localhost', 'marker'],
    ]);
    expect(person.host.messages[0]?.sender).toMatchObject({ contact: null, proof: 'nick' });
    expect(person.host.logs).toContain('xmpp-unknown-room');
  });

  test('an encrypted message is never shown as its fallback text', async () => {
    const peer = await online();
    peer.write(
      `<message from='friend@localhost/x' type='chat' id='e'><encrypted xmlns='eu.siacs.conversations.axolotl'/><body>fallback</body></message>`,
    );
    await marker(peer);
    expect(person.host.messages[0]?.content).toMatchObject({ kind: 'undecryptable' });
    expect(JSON.stringify(person.host.messages)).not.toContain('fallback');
  });

  test('far stamps and bad numbers are no times', async () => {
    const peer = await online();
    for (const stamp of ['9999999-01-01T00:00:00Z', 'never', '2020-13-45T99:99:99Z', '-1', '1e99']) {
      peer.write(
        `<message from='friend@localhost/x' type='chat'><body>when</body><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/></message>`,
      );
      peer.write(
        `<presence from='friend@localhost/x'><priority>${stamp}</priority><show>${stamp}</show></presence>`,
      );
    }
    await marker(peer);
    expect(person.host.messages.slice(0, 5).map(({ sentAt }) => sentAt)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('requests that nobody here serves get an error, remote control included (CVE-2016-10376)', async () => {
    const peer = await online();
    peer.write(
      `<iq type='set' id='c1' from='eve@localhost/x'><command xmlns='http://jabber.org/protocol/commands' node='x'/></iq>`,
    );
    expect((await peer.take('iq')).toString()).toContain('service-unavailable');
    peer.write(`<iq type='get' id='p1' from='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect((await peer.take('iq')).attrs).toMatchObject({ type: 'result', id: 'p1', to: 'localhost' });
  });
});
