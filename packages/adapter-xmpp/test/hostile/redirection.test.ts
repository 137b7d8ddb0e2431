import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createAdapter } from '../../src/adapter.ts';
import type { Target } from '../../src/wire/channel.ts';
import { readLocation } from '../../src/wire/location.ts';
import { nodePlatform } from '../../src/wire/node/platform.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const SASL = `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>`;
const SM = 'urn:xmpp:sm:3';
const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));
let servers: ScriptedServer[] = [];
let person: Person;
afterEach(async () => {
  await person.stop();
  for (const server of servers) await server.close();
  servers = [];
});

async function serve(...scripts: readonly ((peer: Peer) => Promise<void>)[]): Promise<ScriptedServer> {
  const server = await startScriptedServer(...scripts);
  servers.push(server);
  return server;
}
const use = async (peer: Peer): Promise<void> => {
  await peer.signIn(await certificate);
  await peer.settle();
  await peer.gone();
};
const elsewhere = (port: number, host = '127.0.0.1'): string =>
  `<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${host}:${port}</see-other-host></stream:error></stream:stream>`;

/** Somebody whose domain is at these addresses. */
async function somebody(...at: readonly ScriptedServer[]): Promise<Person> {
  const addresses = at.map(({ port }): Target => ({ host: '127.0.0.1', port, security: 'starttls' }));
  const platform = {
    ...nodePlatform,
    resolve: () => Promise.resolve(addresses),
    elsewhere: () => Promise.resolve([]),
  };
  const ca = (await authority).certificate;
  const limits = { closeTime: 50, handshakeTime: 1_000 };
  return new Person(createAdapter(platform, { limits }), 'me@localhost', 'x', { ca });
}

test('a server that has proved itself may send us to another of the same domain (RFC 6120 section 4.9.3.19)', async () => {
  const second = await serve(use);
  const first = await serve(async (peer) => {
    await peer.startTls(await certificate);
    await peer.open(SASL);
    await peer.take('auth');
    peer.write(elsewhere(second.port));
  });
  person = await somebody(first);
  await person.online();
  expect(second.peers).toHaveLength(1);
});

test('who has not proved itself may not', async () => {
  const second = await serve(use);
  const first = await serve(async (peer) => {
    await peer.open(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    peer.write(elsewhere(second.port));
  });
  person = await somebody(first);
  expect(await person.run()).toMatchObject({ why: 'network' });
  expect(second.peers).toEqual([]);
});

test('another host must prove the same', async () => {
  const other = await (await authority).issue({ hosts: ['elsewhere.example'] });
  const second = await serve((peer) => peer.startTls(other));
  const first = await serve(async (peer) => {
    await peer.startTls(await certificate);
    await peer.open(SASL);
    peer.write(elsewhere(second.port));
  });
  person = await somebody(first);
  expect(await person.run()).toMatchObject({ why: 'needsTrust', error: { code: 'certificate-wrong-name' } });
  expect(second.peers[0]?.heard).not.toContain('<auth');
});

test('servers that send us round in a circle are left after three times', async () => {
  const circle = await serve(async (peer) => {
    await peer.startTls(await certificate);
    await peer.open(SASL);
    peer.write(elsewhere(circle.port));
  });
  person = await somebody(circle);
  expect(await person.run()).toMatchObject({ error: { condition: { condition: 'see-other-host' } } });
  expect(circle.peers).toHaveLength(4);
});

test('who is sent elsewhere in the middle of a session begins there the next time', async () => {
  const second = await serve(use);
  const first = await serve(async (peer) => {
    await peer.signIn(await certificate);
    await peer.settle();
    peer.write(elsewhere(second.port));
  });
  person = await somebody(first);
  await person.online();
  expect(await person.ended).toMatchObject({ why: 'network' });
  await person.online();
  expect(second.peers).toHaveLength(1);
});

test('a session is taken up where its server wants it, and where DNS leads if nobody is there (XEP-0198 section 3)', async () => {
  const resume = async (peer: Peer): Promise<void> => {
    await peer.authenticate(await certificate);
    await peer.take('resume');
    peer.write(`<resumed xmlns='${SM}' previd='s1' h='0'/>`);
    for (let element = await peer.next(); element !== null; element = await peer.next())
      if (element.name === 'iq') peer.answer(element);
  };
  const preferred = await serve(resume);
  const first = await serve(async (peer) => {
    await peer.authenticate(await certificate);
    await peer.bind(null);
    await peer.take('enable');
    peer.write(`<enabled xmlns='${SM}' id='s1' resume='true' location='127.0.0.1:${preferred.port}'/>`);
    await peer.settle();
    peer.destroy();
  }, resume);
  person = await somebody(first);
  await person.online();
  await person.ended;
  await person.online();
  expect(preferred.peers).toHaveLength(1);
  await preferred.close();
  preferred.peers[0]?.destroy();
  await person.ended;
  await person.online();
  expect(first.peers).toHaveLength(2);
});

test('behind an address where nobody speaks XMPP comes the next one', async () => {
  const dead = await serve(async (peer) => peer.destroy());
  const web = await serve(async (peer) => peer.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const live = await serve(use);
  person = await somebody(dead, web, live);
  await person.online();
  expect(live.peers).toHaveLength(1);
});

test.each([
  ['shakespeare.example', { host: 'shakespeare.example', port: 5222, security: 'starttls' }],
  ['[2001:41D0:1:A49b::1]:9222', { host: '2001:41D0:1:A49b::1', port: 9222, security: 'starttls' }],
  ['wss://a.example/ws', { url: 'wss://a.example/ws', security: 'websocket' }],
  ['ws://a.example/ws', null],
  ['a.example:0', null],
  ['a.example:99999', null],
  ['a b', null],
  ['', null],
])('the location %j', (text, target) => {
  expect(readLocation(text, 'starttls')).toEqual(target);
});
