import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestClient, password } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('accounts', () => {
  it('are not signed in to when the suspension comes while the password is hashed', async () => {
    const server = await startServer({ passwordCost: { memory: 19_456, passes: 20 } });
    await server.administration.addUser('alice', password);
    const client = await TestClient.connect(server.url);
    const answer = client.refusal({ type: 'sign-in', address: 'alice', password });
    // The request is taken up by then, and its hash takes several times as long.
    await sleep(50);
    await server.administration.suspend('alice', 'spam');
    expect(await answer).toMatchObject({ code: 'suspended', reason: 'spam' });
  });

  it('whose suspension has an end can be used again from then on', async () => {
    let now = Date.now();
    const server = await startServer({ clock: () => now });
    await server.administration.addUser('alice', password);
    const until = now + 60_000;
    await server.administration.suspend('alice', 'a day off', until);
    const client = await TestClient.connect(server.url);
    expect(await client.refusal({ type: 'sign-in', address: 'alice', password })).toMatchObject({
      code: 'suspended',
      reason: 'a day off',
      until,
    });
    now = until;
    await client.request({ type: 'sign-in', address: 'alice', password });
  });

  it('that are suspended are told so at sign-in, and live connections are cut', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const { device, token } = alice.signedIn ?? { device: '', token: '' };
    await server.administration.suspend('alice', 'spam');
    const closing = await alice.push('closing');
    expect(closing.error).toMatchObject({ code: 'suspended', reason: 'spam' });
    await alice.closed;

    const again = await TestClient.connect(server.url);
    expect(await again.refusal({ type: 'resume', address: 'alice', device, token })).toMatchObject({
      code: 'suspended',
      reason: 'spam',
    });
    expect(await again.refusal({ type: 'sign-in', address: 'alice', password })).toMatchObject({
      code: 'suspended',
      reason: 'spam',
    });
    // Who does not know the password does not learn of it.
    expect(
      await again.refusal({ type: 'sign-in', address: 'alice', password: 'wrong password' }),
    ).toMatchObject({ code: 'bad-credentials' });
    await bob.request({ type: 'send', clientId: '1', peer: 'alice', body: { text: 'are you there?' } });

    await server.administration.resume('alice');
    // The token is as good as before: nobody has revoked it.
    await again.request({ type: 'resume', address: 'alice', device, token });
    expect((await again.sync()).map(({ kind }) => kind)).toContain('message');
    const other = await TestClient.connect(server.url);
    await other.request({ type: 'sign-in', address: 'alice', password });
  });
});
