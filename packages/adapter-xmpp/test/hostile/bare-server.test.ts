import { expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer } from '../support/scripted-server.ts';

const NONE = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

/** A server that knows nothing but RFC 6120 and 6121: an error for every other request. */
async function serve(peer: Peer): Promise<void> {
  for (let element = await peer.next(); element !== null; element = await peer.next()) {
    if (element.name !== 'iq') continue;
    const id = String(element.attrs['id']);
    const from = element.attrs['to'] === undefined ? '' : ` from='${String(element.attrs['to'])}'`;
    const roster = element.getChild('query', 'jabber:iq:roster');
    if (roster === undefined) peer.write(`<iq type='error' id='${id}'${from}>${NONE}</iq>`);
    else
      peer.write(
        `<iq type='result' id='${id}'><query xmlns='jabber:iq:roster'><item jid='friend@localhost' subscription='both'/></query></iq>`,
      );
  }
}

test('a server that knows nothing but the core is good enough, and what it cannot do is told', async () => {
  const ca = await createTestCa();
  const certificate = await ca.issue({ hosts: ['localhost'] });
  const server = await startScriptedServer(async (peer) => {
    await peer.signIn(certificate);
    await serve(peer);
  });
  const config = { server: `127.0.0.1:${server.port}`, ca: ca.certificate };
  const person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
  await person.online();
  expect(person.host.rosters).toEqual(['loading', 'ready']);
  expect(person.host.accountCapabilities).toMatchObject({
    support: { direct: 'full', roster: 'full', history: 'none', block: 'none', 'own-echo': 'none' },
    order: 'arrival',
    catchUp: 'none',
  });
  const friend = new Person(createXmppAdapter(), 'friend@localhost', 'x', {});
  expect(await person.send(friend, 'hi')).toMatchObject({ result: 'accepted' });
  // What the server says is in the order of the stream, so its answer to a later request speaks for the message.
  expect(server.peers[0]?.heard).toMatch(/<body>hi<\/body>.*<ping /s);
  expect(person.host.stored.get('stream-management')).toBeUndefined();
  await expect(person.session.catchUp('account', null, new AbortController().signal)).rejects.toMatchObject({
    data: { code: 'unsupported' },
  });
  await person.stop();
  await server.close();
  expect(server.failures).toEqual([]);
});
