import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeServer, startProsody, type ProsodyServer } from '@natter/e2e';
import { startFaultProxy, type FaultProxy } from '@natter/testing/proxy';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../src/index.ts';
import { Person } from './support/recording-host.ts';

describeServer('an XMPP account over WebSocket (RFC 7395)', 'prosody', () => {
  let server: ProsodyServer;
  let proxy: FaultProxy;
  let people: Person[] = [];
  let count = 0;

  beforeAll(async () => {
    server = await startProsody({ websocket: true, archive: 'sqlite' });
    proxy = await startFaultProxy({
      upstream: { host: server.host, port: server.httpsPort },
      print: () => {},
    });
  });
  afterEach(async () => {
    await Promise.all(people.map((person) => person.stop()));
    people = [];
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });

  function person(ca = server.ca.certificate): Person {
    const address = server.addUser({ name: `web${(count += 1)}`, password: 'secret' });
    const config = { server: `wss://localhost:${proxy.port}/xmpp-websocket`, ca };
    const created = new Person(createXmppAdapter(), address, 'secret', config);
    people.push(created);
    return created;
  }

  test('signs in, says and hears, and goes on after a cut', async () => {
    const [me, friend] = await Promise.all([person().online(), person().online()]);
    expect(await me.send(friend, 'Grüße <&> 👋')).toMatchObject({ result: 'accepted' });
    await friend.host.until('message', () => friend.host.texts().includes('Grüße <&> 👋'));
    proxy.cutAll('reset');
    expect(await friend.ended).toMatchObject({ why: 'network' });
    expect(await me.ended).toMatchObject({ why: 'network' });
    await Promise.all([friend.online(), me.online()]);
    expect(friend.host.stored.get('stream-management')).toBeDefined();
    await me.send(friend, 'again');
    await friend.host.until('message', () => friend.host.texts().includes('again'));
  });

  test('a certificate that nobody vouches for is refused before anything is said', async () => {
    const stranger = person((await createTestCa()).certificate);
    expect(await stranger.run()).toMatchObject({
      why: 'needsTrust',
      error: { code: 'certificate-untrusted' },
    });
  });

  test('what is no WebSocket says so', async () => {
    const wrong = person();
    const config = { server: `wss://localhost:${proxy.port}/nothing`, ca: server.ca.certificate };
    const lost = new Person(createXmppAdapter(), wrong.key, 'secret', config);
    people.push(lost);
    expect(await lost.run()).toMatchObject({ why: 'network', error: { code: 'network', retriable: true } });
  });
});
