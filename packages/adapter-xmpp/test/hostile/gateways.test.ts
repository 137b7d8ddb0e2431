import { afterEach, expect, test } from 'vitest';
import { startPair, type Pair } from '../support/pair.ts';

let pair: Pair;
afterEach(() => pair.close());

const INFO = 'http://jabber.org/protocol/disco#info';
const ROSTER = [
  '+4912345@wa.localhost',
  'friend@localhost',
  'irc.example', // registered with, as gateways of other servers are
  'nick%#channel@irc.example',
  'eve@evil.example',
]
  .map((jid) => `<item jid='${jid}' subscription='both'/>`)
  .join('');

/** Answers what is asked after sign-in as a server would on which `who` says this of itself. */
async function answerAll(identities: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const asked: string[] = [];
  const { peer } = pair;
  for (let open = 0; ;) {
    const iq = await peer.take('iq');
    const to = String(iq.attrs['to']);
    const namespace = iq.getChildElements()[0]?.getNS();
    if (namespace === INFO) {
      asked.push(to);
      peer.answer(iq, `<query xmlns='${INFO}'>${identities[to] ?? ''}</query>`);
    } else {
      const items = `<item jid='wa.localhost'/><item jid='rooms.localhost'/>`;
      peer.answer(iq, `<query xmlns='http://jabber.org/protocol/disco#items'>${items}</query>`);
    }
    open = asked.length;
    if (open === 3) return asked; // two services, and the one on the contact list
  }
}

const bridges = (): Record<string, unknown> =>
  Object.fromEntries(
    pair.person.host.events.flatMap((event) =>
      event.type === 'upsert' && event.of === 'contact' && event.value.bridge
        ? [[event.key, event.value.bridge]]
        : [],
    ),
  );

test('contacts behind a gateway are on the network that it leads to, and nobody else is', async () => {
  pair = await startPair({ roster: ROSTER, services: 'by hand' });
  const asked = await answerAll({
    'wa.localhost': `<identity category='gateway' type='whatsapp' name='WhatsApp'/>`,
    'rooms.localhost': `<identity category='conference' type='text'/>`,
    'irc.example': `<identity category='gateway' type='irc'/><identity category='conference' type='irc'/>`,
  });
  expect(asked.toSorted()).toEqual(['irc.example', 'rooms.localhost', 'wa.localhost']);
  await pair.person.host.until('the bridges', () => Object.keys(bridges()).length === 3);
  expect(bridges()).toEqual({
    '+4912345@wa.localhost': { network: 'whatsapp', name: 'WhatsApp' },
    'irc.example': { network: 'irc', name: 'irc' },
    'nick%#channel@irc.example': { network: 'irc', name: 'irc' },
  });
});

test('a gateway to a network of rooms says which kind of conference it is, as biboumi 9 does', async () => {
  pair = await startPair({ roster: ROSTER, services: 'by hand' });
  await answerAll({
    'rooms.localhost': `<identity category='conference' type='text' name='Chatrooms'/>`,
    'irc.example': `<feature var='http://jabber.org/protocol/muc'/>
      <identity category='conference' name='Biboumi XMPP-IRC gateway' type='irc'/>`,
  });
  await pair.person.host.until('the bridges', () => Object.keys(bridges()).length === 2);
  const irc = { network: 'irc', name: 'Biboumi XMPP-IRC gateway' };
  expect(bridges()).toEqual({ 'irc.example': irc, 'nick%#channel@irc.example': irc });
});

test('forged gateway: a claim with a strange type, or of somebody who was not asked, is none', async () => {
  pair = await startPair({ roster: ROSTER, services: 'by hand' });
  const { peer, person } = pair;
  const claim = `<identity category='gateway' type='signal'/>`;
  await answerAll({ 'wa.localhost': `<identity category='gateway' type='&lt;b&gt; \u202e'/>` });
  peer.write(
    `<iq type='result' id='made-up' from='evil.example'><query xmlns='${INFO}'>${claim}</query></iq>`,
  );
  peer.write(
    `<message from='eve@evil.example' id='1'><body>trust me</body><query xmlns='${INFO}'>${claim}</query></message>`,
  );
  await person.host.until('the message', () => person.host.texts().includes('trust me'));
  expect(bridges()).toEqual({});
  expect(peer.heard).not.toContain('to="evil.example"');
});
