import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import { TestClient, testCost } from './support/client.ts';
import { aliceAndBob, befriend, startServer, temporaryDirectory } from './support/server.ts';

describe('presence', () => {
  it('goes to watchers, by device, and says who was there before', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    const stranger = await TestClient.register(server.url, 'carol');
    const silent = await TestClient.signIn(server.url, 'alice');
    await stranger.request({ type: 'presence-watch', on: true });
    await bob.request({ type: 'presence-set', availability: 'dnd', text: 'busy' });
    const { presences } = await alice.request({ type: 'presence-watch', on: true });
    expect(presences).toMatchObject([
      {
        address: 'bob@localhost',
        devices: [{ availability: 'dnd', text: 'busy', device: bob.signedIn?.device }],
      },
    ]);

    const phone = await TestClient.signIn(server.url, 'bob');
    await phone.request({ type: 'presence-set', availability: 'away' });
    expect((await alice.push('presence', ({ devices }) => devices.length === 2)).devices).toMatchObject([
      { availability: 'dnd' },
      { availability: 'away' },
    ]);
    await phone.request({ type: 'sign-out' });
    await bob.request({ type: 'sign-out' });
    expect((await alice.push('presence', ({ devices }) => devices.length === 0)).lastSeen).toBeTypeOf(
      'number',
    );
    expect([...stranger.frames, ...silent.frames].filter(({ type }) => type === 'presence')).toEqual([]);
  });

  it('of who has gone says since when, also to who comes later, and after the server was started anew', async () => {
    const dataDirectory = temporaryDirectory();
    let now = 1_000_000;
    const first = await createServer({
      dataDirectory,
      port: 0,
      passwordCost: testCost,
      clock: () => now,
    });
    const { alice, bob } = await aliceAndBob(first);
    await befriend(alice, bob);
    await bob.request({ type: 'presence-set', availability: 'available' });
    now = 2_000_000;
    await bob.close();
    const seen = [{ address: 'bob@localhost', devices: [], lastSeen: 2_000_000 }];
    await alice.until(() => false, 50).catch(() => undefined);
    expect((await alice.request({ type: 'presence-watch', on: true })).presences).toEqual(seen);
    await first.close();

    now = 3_000_000;
    const second = await startServer({ dataDirectory, clock: () => now });
    const again = await TestClient.signIn(second.url, 'alice');
    expect((await again.request({ type: 'presence-watch', on: true })).presences).toEqual(seen);
  });

  it('survives a short loss of the connection, and ends after the grace time', async () => {
    const server = await startServer({ presenceGrace: 300 });
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    await alice.request({ type: 'presence-watch', on: true });
    await bob.request({ type: 'presence-set', availability: 'available' });
    await alice.push('presence');
    const { device, token } = bob.signedIn ?? { device: '', token: '' };
    await bob.cut();
    const back = await TestClient.connect(server.url);
    await back.request({ type: 'resume', address: 'bob', device, token });
    await sleep(500);
    expect(alice.frames.filter(({ type }) => type === 'presence')).toHaveLength(1);

    const cutAt = Date.now();
    await back.cut();
    await alice.push('presence', ({ devices }) => devices.length === 0);
    expect(Date.now() - cutAt).toBeGreaterThanOrEqual(290);
  });

  it('ends at once when the connection is closed on purpose', async () => {
    const server = await startServer({ presenceGrace: 60_000 });
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    await alice.request({ type: 'presence-watch', on: true });
    await bob.request({ type: 'presence-set', availability: 'available' });
    await bob.close();
    await alice.push('presence', ({ devices }) => devices.length === 0);
  });

  it('is not disturbed when a device takes over its own older connection', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    await alice.request({ type: 'presence-watch', on: true });
    await bob.request({ type: 'presence-set', availability: 'available' });
    await alice.push('presence');
    const { device, token } = bob.signedIn ?? { device: '', token: '' };
    await (await TestClient.connect(server.url)).request({ type: 'resume', address: 'bob', device, token });
    expect((await bob.push('closing')).error.code).toBe('replaced');
    await bob.closed;
    await sleep(100);
    expect(alice.frames.filter(({ type }) => type === 'presence')).toHaveLength(1);
  });

  it('follows the roster: seen from the acceptance on, and gone with the contact', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await alice.request({ type: 'presence-watch', on: true });
    await bob.request({ type: 'presence-set', availability: 'available' });
    await befriend(alice, bob);
    await alice.push('presence', ({ devices }) => devices.length === 1);
    await bob.request({ type: 'contact-remove', address: 'alice' });
    await alice.push('presence', ({ devices }) => devices.length === 0);
  });

  it('tells many changes in a short time as one', async () => {
    const server = await startServer({ presenceCoalescing: 200 });
    const { alice, bob } = await aliceAndBob(server);
    await befriend(alice, bob);
    await alice.request({ type: 'presence-watch', on: true });
    for (let index = 0; index < 50; index += 1)
      await bob.request({ type: 'presence-set', availability: 'available', text: `${index}` });
    await alice.push('presence', ({ devices }) => devices[0]?.text === '49');
    expect(alice.frames.filter(({ type }) => type === 'presence').length).toBeLessThan(5);
  });
});
