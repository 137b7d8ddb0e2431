import { afterEach, expect, test } from 'vitest';
import type { Op } from '@natter/core';
import { mintId, type Attachment } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { startPair, type Pair } from '../support/pair.ts';

/** What servers do that follow older documents, or other ones than those that we try. */

let pair: Pair;
afterEach(() => pair.close());

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const UPLOAD = 'urn:xmpp:http:upload:0';

async function request(is: (iq: Element) => boolean): Promise<Element> {
  for (let iq = await pair.peer.take('iq'); ; iq = await pair.peer.take('iq')) {
    if (is(iq)) return iq;
    pair.peer.answer(iq);
  }
}
function sendFile(): Op {
  const { person } = pair;
  const blob = mintId('blob');
  person.host.blobs.set(blob, Buffer.from('bytes'));
  const file: Attachment = {
    kind: 'file',
    name: 'a.txt',
    mediaType: 'text/plain',
    size: 5,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: null,
    thumbnail: null,
    blob,
  };
  const content = { kind: 'attachment', text: 'a.txt', attachments: [file] } as const;
  return person.op(person.key, { type: 'send', content, replyTo: null, thread: null, mentions: [] });
}

test('a server may take files itself, without a service of another name', async () => {
  pair = await startPair({ identities: `<feature var='${UPLOAD}'/>` });
  const { person } = pair;
  const outcome = person.perform(sendFile());
  const slot = await request((iq) => iq.getChild('request', UPLOAD) !== undefined);
  expect(slot.attrs['to']).toBe('localhost');
  pair.peer.write(
    `<iq type='error' id='${slot.attrs['id']}' from='localhost'><error type='wait'><resource-constraint xmlns='${STANZAS}'/></error></iq>`,
  );
  expect(await outcome).toMatchObject({ result: 'refused', error: { code: 'rate-limited' } });
});

test('a server that cannot name its services has none, and that is told', async () => {
  pair = await startPair({ services: 'by hand' });
  const { person, peer } = pair;
  const items = (iq: Element): boolean =>
    iq.getChild('query', 'http://jabber.org/protocol/disco#items') !== undefined;
  const refuse = (iq: Element): void =>
    peer.write(
      `<iq type='error' id='${iq.attrs['id']}' from='localhost'><error type='cancel'><service-unavailable xmlns='${STANZAS}'/></error></iq>`,
    );
  refuse(await request(items));
  const outcome = await person.perform(sendFile());
  expect(outcome).toMatchObject({ result: 'refused', error: { code: 'unsupported' } });
  expect(JSON.stringify(outcome)).toContain('this server takes no files');
});

test.each([
  [
    'a number and a text, as before RFC 3920',
    `<error code='404'>No such user</error>`,
    'not-found',
    'item-not-found: No such user',
  ],
  [
    'a text alone',
    `<error type='cancel'><text xmlns='${STANZAS}'>Go away</text></error>`,
    'server',
    'Go away',
  ],
  ['nothing', `<error/>`, 'server', 'undefined-condition'],
])('an error may hold %s (XEP-0086)', async (_, error, code, message) => {
  pair = await startPair();
  const { person, peer } = pair;
  const change = { action: 'rename', contact: person.key, alias: 'x', groups: [] } as const;
  const outcome = person.perform(person.op(null, { type: 'roster', change }));
  const iq = await request((each) => each.attrs['type'] === 'set');
  peer.write(`<iq type='error' id='${iq.attrs['id']}'>${error}</iq>`);
  expect(await outcome).toMatchObject({
    result: 'refused',
    error: { code, message: `the server said: ${message}` },
  });
});

test('an archive may write our address in its own way', async () => {
  pair = await startPair();
  const { person, peer } = pair;
  const caughtUp = person.catchUp();
  const query = await request((iq) => iq.getChild('query', 'urn:xmpp:mam:2') !== undefined);
  const id = String(query.getChild('query', 'urn:xmpp:mam:2')?.attrs['queryid']);
  peer.write(
    `<message from='Me@LOCALHOST'><result xmlns='urn:xmpp:mam:2' id='1' queryid='${id}'><forwarded xmlns='urn:xmpp:forward:0'>
      <delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>
      <message xmlns='jabber:client' from='friend@localhost/x' to='me@localhost' id='m'><body>old</body></message>
    </forwarded></result></message>`,
  );
  peer.answer(query, `<fin xmlns='urn:xmpp:mam:2' complete='true'/>`);
  await caughtUp;
  expect(person.host.texts()).toEqual(['old']);
});

test('who acknowledges a message has read it (XEP-0333)', async () => {
  pair = await startPair();
  const { person, peer } = pair;
  peer.write(
    `<message from='friend@localhost/x'><acknowledged xmlns='urn:xmpp:chat-markers:0' id='m1'/></message>`,
  );
  const marker = await person.host.until('the marker', () =>
    person.host.events.find(({ type }) => type === 'marker'),
  );
  expect(marker).toMatchObject({ kind: 'read', upTo: { claimed: 'm1' } });
});
