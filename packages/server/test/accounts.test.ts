import { describe, expect, it } from 'vitest';
import { TestClient, password } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('accounts', () => {
  it('tell what a client must know before it signs in', async () => {
    const server = await startServer({ name: 'chat.example', limits: { textLength: 5 } });
    const client = await TestClient.connect(server.url);
    const welcome = await client.request({ type: 'hello', client: { name: 'test', version: '1' } });
    expect(welcome).toMatchObject({
      server: 'chat.example',
      registration: 'open',
      limits: { textLength: 5, frameBytes: 262_144 },
    });
    expect(await client.request({ type: 'ping' })).toEqual({ done: true });
    expect(await client.refusal({ type: 'roster' })).toMatchObject({ code: 'not-signed-in' });
    const signedIn = await client.request({ type: 'register', user: 'alice', password });
    expect(signedIn).toMatchObject({ address: 'alice@chat.example', name: 'alice', cursor: 0, head: 1 });
    expect(await client.refusal({ type: 'sign-in', address: 'alice', password })).toMatchObject({
      code: 'already-signed-in',
    });
    expect(
      await client.refusal({ type: 'send', clientId: '1', peer: 'alice', body: { text: 'longer' } }),
    ).toMatchObject({ code: 'invalid', field: 'body.text' });
  });

  it('refuse names that are taken and passwords that are short', async () => {
    const server = await startServer();
    await TestClient.register(server.url, 'alice');
    const client = await TestClient.connect(server.url);
    expect(await client.refusal({ type: 'register', user: 'alice', password })).toMatchObject({
      code: 'name-taken',
    });
    expect(await client.refusal({ type: 'register', user: 'bob', password: 'short' })).toMatchObject({
      code: 'password-weak',
    });
    expect(await client.refusal({ type: 'register', user: 'Bob', password })).toMatchObject({
      code: 'invalid',
      field: 'user',
    });
  });

  it('can be made by invitation, once each', async () => {
    let now = Date.now();
    const server = await startServer({ registration: 'invite', clock: () => now });
    const client = await TestClient.connect(server.url);
    const { code } = await server.administration.invite();
    const late = await server.administration.invite(1000);
    now += 2000;
    expect(await client.refusal({ type: 'register', user: 'a', password })).toMatchObject({
      code: 'invite-invalid',
    });
    expect(await client.refusal({ type: 'register', user: 'a', password, invite: 'guess' })).toMatchObject({
      code: 'invite-invalid',
    });
    expect(await client.refusal({ type: 'register', user: 'a', password, invite: late.code })).toMatchObject({
      code: 'invite-invalid',
    });
    await client.request({ type: 'register', user: 'a', password, invite: code });
    // Who has no invitation learns of no name whether somebody has it.
    const stranger = await TestClient.connect(server.url);
    expect(await stranger.refusal({ type: 'register', user: 'a', password, invite: 'guess' })).toMatchObject({
      code: 'invite-invalid',
    });
    const other = await TestClient.connect(server.url);
    expect(await other.refusal({ type: 'register', user: 'b', password, invite: code })).toMatchObject({
      code: 'invite-invalid',
    });
  });

  it('cannot be made when registration is closed, but by the administrator', async () => {
    const server = await startServer({ registration: 'closed' });
    const client = await TestClient.connect(server.url);
    expect(await client.refusal({ type: 'register', user: 'alice', password })).toMatchObject({
      code: 'registration-closed',
    });
    await server.administration.addUser('alice', password, 'Alice');
    expect(await client.request({ type: 'sign-in', address: 'Alice@LOCALHOST', password })).toMatchObject({
      name: 'Alice',
    });
  });

  it('are not told apart from unknown ones: same words, same work', async () => {
    const server = await startServer({
      passwordCost: { memory: 19_456, passes: 2 },
      signInRates: { pair: { burst: 1000, interval: 1 }, address: { burst: 1000, interval: 1 } },
    });
    await TestClient.register(server.url, 'alice');
    const client = await TestClient.connect(server.url);
    const attempt = async (address: string): Promise<{ error: unknown; time: number }> => {
      const start = performance.now();
      const error = await client.refusal({ type: 'sign-in', address, password: 'wrong password' });
      return { error, time: performance.now() - start };
    };
    await attempt('nobody');
    const known = [await attempt('alice'), await attempt('alice'), await attempt('alice')];
    const unknown = [await attempt('nobody'), await attempt('nobody'), await attempt('nobody@elsewhere')];
    expect(new Set([...known, ...unknown].map(({ error }) => JSON.stringify(error))).size).toBe(1);
    // Skipping the hash would make it a hundred times faster; a factor of four leaves room for a busy machine.
    const best = (attempts: { time: number }[]): number => Math.min(...attempts.map(({ time }) => time));
    expect(best(unknown)).toBeGreaterThan(best(known) / 4);
  });

  it('slow down who guesses, and let the owner in', async () => {
    const rates = {
      pair: { burst: 3, interval: 60_000 },
      address: { burst: 100, interval: 1000 },
      account: { burst: 100, interval: 1000 },
    };
    const server = await startServer({ signInRates: rates });
    const owner = await TestClient.register(server.url, 'alice');
    await TestClient.register(server.url, 'bob');
    const guesser = await TestClient.connect(server.url);
    for (let guess = 0; guess < 3; guess += 1) {
      expect(
        await guesser.refusal({ type: 'sign-in', address: 'alice', password: `guess ${guess}` }),
      ).toMatchObject({ code: 'bad-credentials' });
    }
    const refused = await guesser.refusal({ type: 'sign-in', address: 'alice', password });
    expect(refused).toMatchObject({ code: 'too-fast' });
    expect(refused.retryAfter).toBeGreaterThan(0);
    // Another account from the same place, and the owner's device with its token, are not affected.
    await (await TestClient.connect(server.url)).request({ type: 'sign-in', address: 'bob', password });
    const { device, token } = owner.signedIn ?? { device: '', token: '' };
    await (await TestClient.connect(server.url)).request({ type: 'resume', address: 'alice', device, token });
  });
});

describe('device tokens', () => {
  it('are replaced at each use, and the old one serves until the new one is used', async () => {
    const server = await startServer();
    const first = await TestClient.register(server.url, 'alice');
    const { device, token: one } = first.signedIn ?? { device: '', token: '' };
    const resume = async (token: string): Promise<string> => {
      const client = await TestClient.connect(server.url);
      return (await client.request({ type: 'resume', address: 'alice', device, token })).token;
    };
    await resume(one); // this reply is lost
    const two = await resume(one);
    expect(two).not.toBe(one);
    const three = await resume(two);
    expect(three).not.toBe(two);
    await resume(two);
  });

  it('that come back after their successor was used have been copied: the device ends', async () => {
    const server = await startServer();
    const first = await TestClient.register(server.url, 'alice');
    const { device, token: one } = first.signedIn ?? { device: '', token: '' };
    const second = await TestClient.connect(server.url);
    const { token: two } = await second.request({ type: 'resume', address: 'alice', device, token: one });
    expect((await first.push('closing')).error.code).toBe('replaced');
    const third = await TestClient.connect(server.url);
    const { token: three } = await third.request({ type: 'resume', address: 'alice', device, token: two });

    const thief = await TestClient.connect(server.url);
    expect(await thief.refusal({ type: 'resume', address: 'alice', device, token: one })).toMatchObject({
      code: 'token-invalid',
    });
    expect((await third.push('closing')).error.code).toBe('token-invalid');
    expect(await thief.refusal({ type: 'resume', address: 'alice', device, token: three })).toMatchObject({
      code: 'token-invalid',
    });
  });

  it('get one answer whatever is wrong with them', async () => {
    const server = await startServer();
    const alice = await TestClient.register(server.url, 'alice');
    const { device, token } = alice.signedIn ?? { device: '', token: '' };
    const bob = await TestClient.register(server.url, 'bob');
    const client = await TestClient.connect(server.url);
    const wrong = [
      { address: 'nobody', device, token },
      { address: 'alice', device: 'd9999', token },
      { address: 'alice', device: '../..', token },
      { address: 'alice', device, token: 'x' },
      { address: 'bob', device, token },
      { address: 'alice', device: bob.signedIn?.device ?? '', token },
    ];
    const answers = [];
    for (const attempt of wrong)
      answers.push(JSON.stringify(await client.refusal({ type: 'resume', ...attempt })));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('token-invalid');
  });

  it('end by sign-out, by removal, and by a new password', async () => {
    const server = await startServer();
    const laptop = await TestClient.register(server.url, 'alice');
    const phone = await TestClient.signIn(server.url, 'alice');
    const tablet = await TestClient.signIn(server.url, 'alice');
    const old = [phone, tablet, laptop].map(({ signedIn }) => ({
      device: signedIn?.device ?? '',
      token: signedIn?.token ?? '',
    }));

    expect((await laptop.request({ type: 'devices' })).devices).toMatchObject([
      { current: true },
      { connected: true },
      { connected: true },
    ]);
    expect(
      await laptop.refusal({ type: 'device-remove', device: laptop.signedIn?.device ?? '' }),
    ).toMatchObject({ code: 'forbidden' });
    await laptop.request({ type: 'device-remove', device: phone.signedIn?.device ?? '' });
    expect((await phone.push('closing')).error.code).toBe('token-invalid');
    expect(
      await laptop.refusal({
        type: 'change-password',
        oldPassword: 'wrong password',
        newPassword: 'brand new one',
      }),
    ).toMatchObject({ code: 'bad-credentials' });
    await laptop.request({ type: 'change-password', oldPassword: password, newPassword: 'brand new one' });
    expect((await tablet.push('closing')).error.code).toBe('token-invalid');
    await laptop.request({ type: 'sign-out' });
    await laptop.closed;

    const client = await TestClient.connect(server.url);
    for (const attempt of old)
      expect(await client.refusal({ type: 'resume', address: 'alice', ...attempt })).toMatchObject({
        code: 'token-invalid',
      });
    expect(await client.refusal({ type: 'sign-in', address: 'alice', password })).toMatchObject({
      code: 'bad-credentials',
    });
    await client.request({ type: 'sign-in', address: 'alice', password: 'brand new one' });
  });

  it('keep the cursor that the device has acknowledged', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await alice.request({ type: 'send', clientId: '1', peer: 'bob', body: { text: 'one' } });
    const updates = await bob.sync();
    bob.send({ type: 'ack', cursor: 2 });
    bob.send({ type: 'ack', cursor: 1 });
    await bob.request({ type: 'ping' });
    const { device, token } = bob.signedIn ?? { device: '', token: '' };
    const again = await TestClient.connect(server.url);
    const signedIn = await again.request({ type: 'resume', address: 'bob', device, token });
    expect(signedIn).toMatchObject({ cursor: 2, head: updates.length });
    const byPassword = await TestClient.connect(server.url);
    expect(await byPassword.request({ type: 'sign-in', address: 'bob', password, device })).toMatchObject({
      device,
      cursor: 2,
    });
  });
});
