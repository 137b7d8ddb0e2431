import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeServer, startProsody, type ProsodyServer } from '@natter/e2e';
import { createXmppAdapter } from '../src/index.ts';
import { Person } from './support/recording-host.ts';

/** What the server's log says of sign-ins. */
const BY_TOKEN = /Client is authenticating using FAST/g;

describeServer('an XMPP account that signs in by token', 'prosody-sid', () => {
  let server: ProsodyServer;
  let people: Person[] = [];
  let count = 0;

  beforeAll(async () => {
    server = await startProsody({
      release: 'sid',
      passwordHash: 'SHA-256',
      extra: 'VirtualHost "localhost"\nsasl2_fast_token_min_ttl = 0', // each sign-in gets another token
    });
  });
  afterEach(async () => {
    await Promise.all(people.map((person) => person.stop()));
    people = [];
  });
  afterAll(() => server?.stop());

  function person(): Person {
    const address = server.addUser({ name: `me${(count += 1)}`, password: 'secret' });
    const config = { server: `127.0.0.1:${server.tlsPort}`, ca: server.ca.certificate };
    const direct = { ...config, server: `xmpps://127.0.0.1:${server.tlsPort}` };
    const created = new Person(createXmppAdapter(), address, 'secret', direct);
    people.push(created);
    return created;
  }
  const token = (of: Person): { mechanism: string; token: string } =>
    JSON.parse(of.host.secrets.get('sign-in-token') ?? 'null') as { mechanism: string; token: string };
  const byToken = (): number => server.log().match(BY_TOKEN)?.length ?? 0;

  test('the password is needed once, and each token once: it is replaced before it is used again', async () => {
    const me = await person().online();
    expect(me.host.secrets.get('sasl-mechanism')).toBe('SCRAM-SHA-256-PLUS');
    const first = token(me);
    expect(first.mechanism).toBe('HT-SHA-256-EXPR');
    await me.stop();
    me.host.secrets.delete('password');
    const before = byToken();
    await me.online();
    const second = token(me);
    expect(second.token).not.toBe(first.token);
    await me.stop();
    await me.online();
    expect(token(me).token).not.toBe(second.token);
    expect(byToken()).toBe(before + 2);
  });

  test('a token that the server does not take any more is no obstacle, and is replaced', async () => {
    const me = await person().online();
    await me.stop();
    const stale = JSON.stringify({ ...token(me), token: 'secret-token:of-yesterday' });
    me.host.secrets.set('sign-in-token', stale);
    await me.online();
    expect(token(me).token).not.toContain('yesterday');
    expect(me.host.phases).toEqual(['connecting', 'authenticating', 'syncing', 'online']);
  });

  test('a stale token and a wrong password end the run for good, and leave no session behind', async () => {
    const me = await person().online();
    await me.stop();
    me.host.secrets.set('sign-in-token', JSON.stringify({ ...token(me), token: 'stale' }));
    me.host.secrets.set('password', 'wrong');
    expect(await me.run()).toMatchObject({
      why: 'needsLogin',
      error: { code: 'authentication', retriable: false },
    });
  });

  test('an offer that lost a mechanism on the way is found out by what the server signs (XEP-0474)', async () => {
    const me = person();
    me.host.secrets.set('sasl-mechanism', 'SCRAM-SHA-512-PLUS');
    expect(await me.run()).toMatchObject({ why: 'needsLogin', error: { code: 'downgrade' } });
  });

  test('nothing is left of it when the account is removed', async () => {
    const me = await person().online();
    await me.stop();
    await me.session.wipe(false, new AbortController().signal);
    expect([...me.host.secrets.keys()]).toEqual([]);
  });
});
