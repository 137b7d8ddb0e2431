import { describe, expect, it } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, befriend, startServer } from './support/server.ts';

describe('the roster', () => {
  it('grows by request and acceptance, and both sides hear of each step', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const alicesPhone = await TestClient.signIn(server.url, 'alice');
    await Promise.all([alicesPhone.sync(), bob.sync()]);
    const asked = await alice.request({
      type: 'contact-request',
      address: 'bob',
      text: 'we met',
      alias: 'Bobby',
      groups: ['friends', 'friends'],
    });
    expect(asked.contact).toEqual({
      address: 'bob@localhost',
      name: 'bob',
      alias: 'Bobby',
      groups: ['friends'],
      subscription: { to: 'pending', from: 'none' },
      blocked: false,
    });
    expect((await bob.update('roster')).contact).toMatchObject({
      address: 'alice@localhost',
      requestText: 'we met',
      subscription: { to: 'none', from: 'pending' },
    });
    const granted = { to: 'granted', from: 'granted' };
    expect((await bob.request({ type: 'contact-accept', address: 'alice@localhost' })).contact).toMatchObject(
      { subscription: granted },
    );
    expect(
      await alicesPhone.update('roster', ({ contact }) => contact?.subscription.to === 'granted'),
    ).toMatchObject({ contact: { subscription: granted, alias: 'Bobby' } });
  });

  it('is sent as a delta from a version', async () => {
    const server = await startServer();
    const alice = await TestClient.register(server.url, 'alice');
    for (const user of ['bob', 'carol', 'dave']) {
      await server.administration.addUser(user, 'correct horse');
      await alice.request({ type: 'contact-request', address: user });
    }
    const full = await alice.request({ type: 'roster' });
    expect(full).toMatchObject({ full: true, version: 3, removed: [] });
    expect(full.contacts.map(({ address }) => address)).toEqual([
      'bob@localhost',
      'carol@localhost',
      'dave@localhost',
    ]);
    expect(await alice.request({ type: 'roster', version: 3 })).toEqual({
      full: false,
      version: 3,
      contacts: [],
      removed: [],
    });
    await alice.request({ type: 'contact-update', address: 'carol', alias: 'C' });
    await alice.request({ type: 'contact-remove', address: 'bob' });
    expect(await alice.request({ type: 'roster', version: 3 })).toMatchObject({
      full: false,
      version: 5,
      contacts: [{ address: 'carol@localhost', alias: 'C' }],
      removed: ['bob@localhost'],
    });
    expect(await alice.request({ type: 'roster', version: 99 })).toMatchObject({
      full: true,
      version: 5,
      removed: [],
    });
  });

  it('refuses what makes no sense', async () => {
    const server = await startServer({ limits: { contacts: 1 } });
    const { alice } = await aliceAndBob(server);
    await TestClient.register(server.url, 'carol');
    expect(await alice.refusal({ type: 'contact-request', address: 'nobody' })).toMatchObject({
      code: 'not-found',
    });
    expect(await alice.refusal({ type: 'contact-request', address: 'bob@elsewhere.example' })).toMatchObject({
      code: 'not-found',
    });
    expect(await alice.refusal({ type: 'contact-request', address: 'alice' })).toMatchObject({
      code: 'invalid',
    });
    expect(await alice.refusal({ type: 'contact-accept', address: 'bob' })).toMatchObject({
      code: 'not-found',
    });
    expect(await alice.refusal({ type: 'contact-remove', address: 'bob' })).toMatchObject({
      code: 'not-found',
    });
    await alice.request({ type: 'contact-request', address: 'bob' });
    expect(await alice.refusal({ type: 'contact-request', address: 'carol' })).toMatchObject({
      code: 'full',
    });
  });

  it('bounds the requests of one account that nobody answers', async () => {
    const server = await startServer({ limits: { openRequests: 2 } });
    const { alice, bob } = await aliceAndBob(server);
    for (const user of ['carol', 'dave']) await server.administration.addUser(user, 'correct horse');
    await alice.request({ type: 'contact-request', address: 'bob' });
    await alice.request({ type: 'contact-request', address: 'carol' });
    expect(await alice.refusal({ type: 'contact-request', address: 'dave' })).toMatchObject({ code: 'full' });
    expect((await alice.request({ type: 'roster' })).contacts).toHaveLength(2);
    // Asking the same again, an answer, and taking one back are always possible.
    await alice.request({ type: 'contact-request', address: 'bob', text: 'it is me' });
    await bob.request({ type: 'contact-accept', address: 'alice' });
    await alice.request({ type: 'contact-request', address: 'dave' });
    await alice.request({ type: 'contact-remove', address: 'carol' });
    await alice.request({ type: 'contact-request', address: 'carol' });
  });

  it('bounds the requests of strangers at one account, and tells who is blocked no more than others', async () => {
    const server = await startServer({ limits: { strangerRequests: 2 } });
    const { alice, bob } = await aliceAndBob(server);
    const [carol, dave, erin, frank] = await Promise.all(
      ['carol', 'dave', 'erin', 'frank'].map((user) => TestClient.register(server.url, user)),
    );
    await bob.request({ type: 'contact-block', address: 'dave' });
    await bob.request({ type: 'contact-request', address: 'frank' });
    await frank?.request({ type: 'contact-deny', address: 'bob' });
    const ask = { type: 'contact-request', address: 'bob' } as const;
    await alice.request(ask);
    await carol?.request(ask);
    for (const stranger of [dave, erin]) expect(await stranger?.refusal(ask)).toMatchObject({ code: 'full' });
    // Whom bob has on his list is no stranger.
    await frank?.request(ask);
    expect((await bob.request({ type: 'roster' })).contacts).toHaveLength(4);
    await bob.request({ type: 'contact-deny', address: 'alice' });
    await erin?.request(ask);
  });

  it('lets who is blocked begin no conversation', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await bob.request({ type: 'contact-block', address: 'alice' });
    expect(
      await alice.refusal({ type: 'send', clientId: '1', peer: 'bob', body: { text: 'hey' } }),
    ).toMatchObject({ code: 'blocked' });
    expect(await alice.refusal({ type: 'conversation-open', peer: 'bob' })).toMatchObject({
      code: 'blocked',
    });
    expect((await bob.request({ type: 'conversations' })).conversations).toEqual([]);
  });

  it('blocks both ways: no message, no presence, no typing, no markers, and no word about it', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'before' },
    });
    await Promise.all([alice.sync(), bob.sync()]);
    await bob.request({ type: 'presence-set', availability: 'available' });
    expect((await alice.request({ type: 'presence-watch', on: true })).presences).toHaveLength(1);

    await bob.request({ type: 'contact-block', address: 'alice' });
    expect(await alice.push('presence', ({ devices }) => devices.length === 0)).toMatchObject({
      address: 'bob@localhost',
    });
    expect(
      await alice.refusal({ type: 'send', clientId: '2', conversation, body: { text: 'hey' } }),
    ).toMatchObject({ code: 'blocked' });
    expect(
      await alice.refusal({ type: 'send', clientId: '3', peer: 'bob', body: { text: 'hey' } }),
    ).toMatchObject({ code: 'blocked' });
    expect(await alice.refusal({ type: 'react', conversation, seq: 1, key: 'x', on: true })).toMatchObject({
      code: 'blocked',
    });
    expect(
      await bob.refusal({ type: 'send', clientId: '4', conversation, body: { text: 'hey' } }),
    ).toMatchObject({ code: 'blocked' });
    expect(await bob.refusal({ type: 'contact-request', address: 'alice' })).toMatchObject({
      code: 'blocked',
    });
    alice.send({ type: 'typing', conversation, active: true });
    await bob.request({ type: 'mark', kind: 'read', marks: [{ conversation, seq: 1 }] });
    await bob.request({ type: 'presence-set', availability: 'away' });
    await bob.update('marker');
    expect((await alice.request({ type: 'roster' })).contacts).toMatchObject([
      { blocked: false, subscription: { to: 'granted' } },
    ]);
    expect(alice.pushed().filter(({ kind }) => kind === 'marker' || kind === 'message')).toEqual([]);
    expect(bob.frames.filter(({ type }) => type === 'typing')).toEqual([]);

    await bob.request({ type: 'contact-unblock', address: 'alice' });
    expect(await alice.push('presence', ({ devices }) => devices[0]?.availability === 'away')).toMatchObject({
      address: 'bob@localhost',
    });
    await alice.request({ type: 'send', clientId: '5', conversation, body: { text: 'after' } });
    expect(await bob.update('message')).toMatchObject({ body: { text: 'after' } });
    expect(messagesOf(bob.pushed())).toHaveLength(1);
  });
});
