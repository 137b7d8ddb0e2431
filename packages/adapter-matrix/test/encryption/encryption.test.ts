import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Device, encryptedRoom, signIn, type SignedIn } from './device.ts';

describeServer('encryption of devices', 'synapse', () => {
  let server: SynapseServer;
  let folder: string;
  let number = 0;
  const open: Device[] = [];

  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'natter-encryption-'));
  });
  afterEach(async () => {
    for (const device of open.splice(0)) await device.close().catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });

  async function newUser(): Promise<{ name: string; account: SignedIn }> {
    number += 1;
    const name = `user${number}`;
    await server.addUser({ name, password: 'secret' });
    return { name, account: await signIn(server.url, name, 'secret') };
  }

  async function openDevice(
    account: SignedIn,
    ...more: [policy?: 'all' | 'verified', key?: number]
  ): Promise<Device> {
    const device = await Device.open(account, folder, ...more);
    open.push(device);
    return device;
  }

  it('carries texts both ways, and survives a restart', { timeout: 60_000 }, async () => {
    const [{ account: a }, { account: b }] = [await newUser(), await newUser()];
    const room = await encryptedRoom(a, b);
    const alice = await openDevice(a);
    let bob = await openDevice(b);
    await alice.sync();
    await bob.sync();
    expect(await alice.encryption.isEncrypted(room)).toBe(true);
    await alice.say(room, 'one');
    await bob.sync();
    expect(await bob.texts()).toEqual(['one']);
    const { fingerprint } = bob.encryption;
    const old = [...bob.received];
    await bob.close();
    bob = await openDevice(b);
    expect(bob.encryption.fingerprint).toBe(fingerprint);
    bob.received.push(...old);
    expect(await bob.texts()).toEqual(['one']);
    await bob.say(room, 'two');
    await alice.sync();
    expect(await alice.texts()).toEqual(['one', 'two']);
    const [last] = alice.received.slice(-1);
    expect(await alice.encryption.decrypt(room, last!.event)).toMatchObject({ trust: 'e2ee' });
  });

  it('says why a message cannot be read, and tells when its key comes', { timeout: 60_000 }, async () => {
    const [{ account: a }, { account: b }] = [await newUser(), await newUser()];
    const room = await encryptedRoom(a, b);
    const alice = await openDevice(a);
    const bob = await openDevice(b);
    await alice.sync();
    await bob.sync();
    await alice.say(room, 'early');
    // The event without what came beside it: the key is still under way.
    const messages = await b.api.call({
      method: 'GET',
      path: ['client', 'v3', 'rooms', room, 'messages'],
      query: { dir: 'b', limit: '1' },
    });
    const [event] = messages['chunk'] as { content: { session_id: string } }[];
    const { session_id: session } = event!.content;
    expect(await bob.encryption.decrypt(room, event as never)).toEqual({
      reason: 'the key has not come yet',
      mayHeal: true,
    });
    await bob.sync();
    await expect.poll(() => bob.roomKeys).toEqual([{ room, session }]);
    expect(await bob.encryption.decrypt(room, event as never)).toMatchObject({
      event: { content: { body: 'early' } },
    });
  });

  it('does not take another’s keys, nor keys that another secret protects', { timeout: 60_000 }, async () => {
    const { account } = await newUser();
    const first = await openDevice(account);
    const { fingerprint } = first.encryption;
    await first.close();
    await expect(openDevice(account, 'all', 8)).rejects.toMatchObject({ data: { code: 'secret' } });
    expect((await openDevice(account)).encryption.fingerprint).toBe(fingerprint);
  });

  it('keeps a room encrypted that once was', { timeout: 60_000 }, async () => {
    const { account } = await newUser();
    const device = await openDevice(account);
    await device.encryption.setRoom('!room:natter.test', { algorithm: 'm.megolm.v1.aes-sha2' });
    await device.encryption.setRoom('!room:natter.test', {});
    expect(await device.encryption.isEncrypted('!room:natter.test')).toBe(true);
  });
});
