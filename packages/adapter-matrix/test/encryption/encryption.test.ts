import { describeServer } from '@natter/e2e';
import { expect, it } from 'vitest';
import { encryptedRoom } from './device.ts';
import { useDevices } from './use-devices.ts';

describeServer('encryption of devices', 'synapse', () => {
  const devices = useDevices();

  it('carries texts both ways, and survives a restart', { timeout: 60_000 }, async () => {
    const [{ account: a }, { account: b }] = [await devices.newUser(), await devices.newUser()];
    const room = await encryptedRoom(a, b);
    const alice = await devices.open(a);
    let bob = await devices.open(b);
    await alice.sync();
    await bob.sync();
    expect(await alice.encryption.isEncrypted(room)).toBe(true);
    await alice.say(room, 'one');
    await bob.sync();
    expect(await bob.texts()).toEqual(['one']);
    const { fingerprint } = bob.encryption;
    const old = [...bob.received];
    await bob.close();
    bob = await devices.open(b);
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
    const [{ account: a }, { account: b }] = [await devices.newUser(), await devices.newUser()];
    const room = await encryptedRoom(a, b);
    const alice = await devices.open(a);
    const bob = await devices.open(b);
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
    const { account } = await devices.newUser();
    const first = await devices.open(account);
    const { fingerprint } = first.encryption;
    await first.close();
    await expect(devices.open(account, 'all', 8)).rejects.toMatchObject({ data: { code: 'secret' } });
    expect((await devices.open(account)).encryption.fingerprint).toBe(fingerprint);
  });

  it('keeps a room encrypted that once was', { timeout: 60_000 }, async () => {
    const { account } = await devices.newUser();
    const device = await devices.open(account);
    await device.encryption.setRoom('!room:natter.test', { algorithm: 'm.megolm.v1.aes-sha2' });
    await device.encryption.setRoom('!room:natter.test', {});
    expect(await device.encryption.isEncrypted('!room:natter.test')).toBe(true);
  });
});
