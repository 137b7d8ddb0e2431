import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
let server: ScriptedServer;
let person: Person;
afterEach(async () => {
  await person.stop();
  await server.close();
});

let settings: Record<string, string> = {};
async function against(...scripts: readonly ((peer: Peer) => Promise<void>)[]): Promise<Person> {
  server = await startScriptedServer(...scripts);
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate, ...settings };
  person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
  return person;
}

test('a resource that is taken is no reason to stay away (RFC 6120 section 7.7.2.2)', async () => {
  await against(async (peer) => {
    await peer.authenticate(await certificate, false);
    const taken = await peer.take('iq');
    peer.write(
      `<iq type='error' id='${taken.attrs['id']}'><error type='cancel'><conflict xmlns='${STANZAS}'/></error></iq>`,
    );
    await peer.bind(null);
    await peer.settle();
  });
  await person.online();
  expect(server.peers[0]?.heard).toMatch(/<bind xmlns="[^"]*"\/>/);
});

test('what a later protocol says beside stanzas ends nothing', async () => {
  await against(async (peer) => {
    await peer.signIn(await certificate, true);
    await peer.settle();
    for (let time = 0; time < 100; time += 1) peer.write(`<nonza xmlns='urn:example:future'/>`);
    peer.write(`<message from='friend@localhost/x'><body>still here</body></message>`);
  });
  await person.online();
  await person.host.until('message', () => person.host.texts().includes('still here'));
});

test.each([
  ['not-authorized', 'authentication', 'the password is wrong'],
  ['credentials-expired', 'authentication', 'has expired'],
  ['mechanism-too-weak', 'authentication', 'a stronger way'],
  ['malformed-request', 'authentication', 'malformed-request'],
  ['account-disabled', 'suspended', 'account-disabled'],
])('a sign-in that ends with %s says what is wrong', async (condition, code, message) => {
  await against(async (peer) => {
    await peer.startTls(await certificate);
    await peer.open(
      `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>`,
    );
    await peer.take('auth');
    peer.write(`<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><${condition}/></failure>`);
  });
  const ended = await person.run();
  expect(ended).toMatchObject({ error: { code } });
  expect(JSON.stringify(ended)).toContain(message);
});

test('a request without a payload, or with two, is a bad one (RFC 6120 section 8.2.3)', async () => {
  const answers: string[] = [];
  await against(async (peer) => {
    await peer.signIn(await certificate, false);
    await peer.settle();
    for (const payload of ['', `<ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/>`]) {
      peer.write(`<iq type='get' id='bad' from='localhost'>${payload}</iq>`);
      for (let iq = await peer.take('iq'); ; iq = await peer.take('iq')) {
        if (iq.attrs['id'] !== 'bad') continue;
        answers.push(iq.toString());
        break;
      }
    }
  });
  await person.online();
  await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(2);
  for (const answer of answers) expect(answer).toContain('<bad-request');
});

test.each([
  ['nobody', {}, 'service-unavailable', false],
  ['who asks, where the user wants it', { tellVersion: 'true' }, '<name>natter</name>', true],
])('%s is told which software runs here (XEP-0092)', async (_, given, text, announced) => {
  settings = given;
  let [answer, description] = ['', ''];
  await against(async (peer) => {
    await peer.signIn(await certificate, false);
    await peer.settle();
    const ask = async (id: string, namespace: string): Promise<string> => {
      peer.write(`<iq type='get' id='${id}' from='friend@localhost/x'><query xmlns='${namespace}'/></iq>`);
      for (let iq = await peer.take('iq'); ; iq = await peer.take('iq'))
        if (iq.attrs['id'] === id) return iq.toString();
    };
    description = await ask('d', 'http://jabber.org/protocol/disco#info');
    answer = await ask('v', 'jabber:iq:version');
  });
  await person.online();
  await expect.poll(() => answer, { timeout: 10_000 }).toContain(text);
  expect(description.includes('jabber:iq:version')).toBe(announced);
  settings = {};
});
