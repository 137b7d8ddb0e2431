import { describe, expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import { TestClient, messagesOf, password, testCost } from './support/client.ts';
import { aliceAndBob, befriend, startServer, temporaryDirectory } from './support/server.ts';

describe('an account that is deleted', () => {
  it('by its user is gone from rosters and groups, and what it said stays', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    await bob.sync();
    await alice.request({ type: 'send', clientId: '1', peer: 'bob', body: { text: 'remember' } });
    const { conversation } = await alice.request({
      type: 'group-create',
      clientId: 'g',
      title: 'we',
      invite: ['bob'],
    });
    await bob.request({ type: 'group-accept', conversation });
    const second = await TestClient.signIn(server.url, 'alice');
    expect(await alice.refusal({ type: 'account-delete', password: 'wrong' })).toMatchObject({
      code: 'bad-credentials',
    });
    expect(await alice.request({ type: 'account-delete', password })).toEqual({ done: true });
    for (const client of [alice, second])
      expect((await client.push('closing')).error.code).toBe('token-invalid');

    await bob.until(
      (client) =>
        client
          .pushed()
          .some(
            (update) =>
              update.kind === 'group-changed' &&
              update.members?.some(
                ({ address, standing }) => address === 'alice@localhost' && standing === 'left',
              ),
          ) &&
        client
          .pushed()
          .some((update) => update.kind === 'roster' && update.contact?.subscription.to === 'none'),
    );
    const group = await bob.request({ type: 'conversation-get', conversation });
    expect(group).toMatchObject({ members: [{ address: 'bob@localhost', role: 'owner' }] });
    expect(messagesOf(await bob.sync())).toMatchObject([
      { from: 'alice@localhost', body: { text: 'remember' } },
    ]);
    expect(
      await bob.refusal({ type: 'send', clientId: '2', peer: 'alice', body: { text: 'still there?' } }),
    ).toMatchObject({ code: 'not-found' });
    const direct = messagesOf(await bob.sync())[0]?.conversation ?? '';
    expect(
      await bob.refusal({ type: 'send', clientId: '3', conversation: direct, body: { text: 'hello?' } }),
    ).toMatchObject({ code: 'not-found' });

    const stranger = await TestClient.connect(server.url);
    expect(await stranger.refusal({ type: 'sign-in', address: 'alice', password })).toMatchObject({
      code: 'bad-credentials',
    });
    const { device, token } = alice.signedIn ?? { device: '', token: '' };
    expect(await stranger.refusal({ type: 'resume', address: 'alice', device, token })).toMatchObject({
      code: 'token-invalid',
    });
    // The name was somebody's: nobody else gets it.
    expect(await stranger.refusal({ type: 'register', user: 'alice', password })).toMatchObject({
      code: 'name-taken',
    });
  });

  it('by the administrator while no server runs is gone after the next start', async () => {
    const dataDirectory = temporaryDirectory();
    const first = await createServer({ dataDirectory, port: 0, passwordCost: testCost });
    const people = await aliceAndBob(first);
    await befriend(people.alice, people.bob);
    await first.close();
    const { openAdministration } = await import('../src/administration/administration.ts');
    const administration = openAdministration({ dataDirectory, passwordCost: testCost });
    await administration.deleteUser('alice');
    await expect(administration.deleteUser('alice')).rejects.toMatchObject({ code: 'not-found' });
    await expect(administration.addUser('alice', password)).rejects.toMatchObject({
      code: 'name-taken',
      message: "an account 'alice' was deleted, and its name is given to nobody else; choose another",
    });
    expect((await administration.listUsers()).map(({ address }) => address)).toEqual(['bob@localhost']);
    administration.close();

    const server = await startServer({ dataDirectory });
    const bob = await TestClient.signIn(server.url, 'bob');
    const { contacts } = await bob.request({ type: 'roster' });
    expect(contacts).toMatchObject([
      { address: 'alice@localhost', subscription: { to: 'none', from: 'none' } },
    ]);
  });
});
