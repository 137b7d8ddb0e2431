import { describeServer } from '@natter/e2e';
import { expect, it } from 'vitest';
import { Recovery } from '../../src/features/encryption/recovery/recovery.ts';
import { encryptedRoom, type Device } from './device.ts';
import { useDevices } from './use-devices.ts';

describeServer('recovery', 'synapse', () => {
  const devices = useDevices();

  /** A device that has made an identity and said something in a room. */
  async function begin(
    text: string,
  ): Promise<{ name: string; first: Device; room: string; recovery: Recovery }> {
    const { name, account } = await devices.newUser();
    const room = await encryptedRoom(account);
    const first = await devices.open(account);
    await first.sync();
    await first.say(room, text);
    const recovery = new Recovery(first.encryption);
    return { name, first, room, recovery };
  }

  /** A second device of the same user, which has seen the messages and cannot read them. */
  async function another(name: string): Promise<{ device: Device; recovery: Recovery }> {
    const device = await devices.open(await devices.signIn(name));
    await device.sync();
    expect(await device.texts()).toEqual(['[the key has not come yet]']);
    return { device, recovery: new Recovery(device.encryption) };
  }

  it('brings older messages and trust to a new device', { timeout: 60_000 }, async () => {
    const { name, recovery } = await begin('hidden');
    expect(await recovery.crossSigning.standing()).toBe('no-identity');
    expect(await recovery.exists()).toBe(false);
    const key = await recovery.create({ passphrase: null });
    expect(await recovery.crossSigning.standing()).toBe('verified');
    const second = await another(name);
    expect(await second.recovery.crossSigning.standing()).toBe('unverified');
    expect(await second.recovery.restore(key)).toEqual({ verified: true, keys: 1 });
    expect(await second.recovery.crossSigning.standing()).toBe('verified');
    expect(await second.device.texts()).toEqual(['hidden']);
    expect(second.device.roomKeys).toHaveLength(1);
  });

  it('takes the passphrase as well, and nothing else', { timeout: 60_000 }, async () => {
    const { name, recovery } = await begin('words');
    await recovery.create({ passphrase: 'correct horse' });
    const { device, recovery: other } = await another(name);
    const { recovery: foreign } = await begin('of somebody else');
    const foreignKey = await foreign.create({ passphrase: null });
    for (const wrong of ['', 'wrong horse', foreignKey]) {
      await expect(other.restore(wrong)).rejects.toMatchObject({
        data: { code: 'authentication', userAction: 'retry' },
      });
    }
    expect(await device.texts()).toEqual(['[the key has not come yet]']);
    expect(await other.restore('correct horse')).toEqual({ verified: true, keys: 1 });
    expect(await device.texts()).toEqual(['words']);
  });

  it('backs up what comes later', { timeout: 60_000 }, async () => {
    const { name, first, recovery } = await begin('early');
    const key = await recovery.create({ passphrase: null });
    const room = await encryptedRoom({ userId: first.userId, deviceId: first.deviceId, api: first.api });
    await first.sync();
    await first.say(room, 'late');
    await recovery.backup.upload();
    const device = await devices.open(await devices.signIn(name));
    await device.sync();
    expect(await new Recovery(device.encryption).restore(key)).toEqual({ verified: true, keys: 2 });
    expect((await device.texts()).toSorted()).toEqual(['early', 'late']);
  });

  it('says what to do where there is no recovery key', { timeout: 60_000 }, async () => {
    const { recovery } = await begin('x');
    await expect(recovery.restore('anything')).rejects.toMatchObject({ data: { code: 'not-found' } });
  });

  it('lets nobody replace the identity without the password', { timeout: 60_000 }, async () => {
    const { recovery } = await begin('x');
    await recovery.crossSigning.create(null);
    await expect(recovery.crossSigning.create(null, true)).rejects.toMatchObject({
      data: { code: 'authentication' },
    });
    await expect(recovery.crossSigning.create('wrong', true)).rejects.toMatchObject({
      data: { code: 'authentication' },
    });
    await recovery.crossSigning.create('secret', true);
    expect(await recovery.crossSigning.standing()).toBe('verified');
  });
});
