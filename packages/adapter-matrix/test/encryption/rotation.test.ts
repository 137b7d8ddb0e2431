import { describeServer } from '@natter/e2e';
import { expect, it } from 'vitest';
import { encryptedRoom, textOf, type Device } from './device.ts';
import { useDevices } from './use-devices.ts';

describeServer('keys of rooms', 'synapse', () => {
  const devices = useDevices();

  /** The name of the key that the next message to these people is encrypted with. */
  async function session(device: Device, room: string, recipients: readonly string[]): Promise<string> {
    const content = { msgtype: 'm.text', body: 'a secret' };
    const what = { room, type: 'm.room.message', content, recipients, visibility: 'shared' };
    return textOf((await device.encryption.encrypt(what))['session_id']);
  }

  it('change when somebody leaves, and are not given to who comes later', { timeout: 60_000 }, async () => {
    const [{ account: a }, { account: b }] = [await devices.newUser(), await devices.newUser()];
    const room = await encryptedRoom(a, b);
    const [alice, bob] = [await devices.open(a), await devices.open(b)];
    await alice.sync();
    const both = [alice.userId, bob.userId];
    const first = await session(alice, room, both);
    expect(await session(alice, room, both)).toBe(first);
    const alone = await session(alice, room, [alice.userId]);
    expect(alone).not.toBe(first);

    // Who comes back is given the key as it is now: what was said meanwhile stays unread.
    await bob.sync();
    const meanwhile = await alice.encryption.encrypt({
      room,
      type: 'm.room.message',
      content: { msgtype: 'm.text', body: 'while you were away' },
      recipients: [alice.userId],
      visibility: 'shared',
    });
    await session(alice, room, both);
    await bob.sync();
    const event = { type: 'm.room.encrypted', event_id: '$1', sender: alice.userId, origin_server_ts: 1 };
    expect(await bob.encryption.decrypt(room, { ...event, content: meanwhile })).toMatchObject({
      mayHeal: true,
    });
  });

  it(
    'that a verification was said with open nothing that is only for the verified',
    { timeout: 60_000 },
    async () => {
      const [{ account: a }, { account: b }] = [await devices.newUser(), await devices.newUser()];
      const room = await encryptedRoom(a, b);
      const [alice, bob] = [await devices.open(a, 'verified'), await devices.open(b)];
      await alice.sync();
      const say = (body: string, verifies: boolean) =>
        alice.encryption.encrypt({
          room,
          type: 'm.room.message',
          content: { msgtype: 'm.text', body },
          recipients: [alice.userId, bob.userId],
          visibility: 'shared',
          verifies,
        });
      const asked = await say('shall we verify each other?', true);
      const secret = await say('the secret', false);
      const again = await say('shall we?', true);
      await bob.sync();
      const read = (content: typeof asked) => {
        const event = { type: 'm.room.encrypted', event_id: '$1', sender: alice.userId, origin_server_ts: 1 };
        return bob.encryption.decrypt(room, { ...event, content });
      };
      for (const each of [asked, again]) expect(await read(each)).toMatchObject({ event: {} });
      expect(await read(secret)).toMatchObject({ mayHeal: true });
    },
  );

  it('change after as many messages as the room says', { timeout: 60_000 }, async () => {
    const { account } = await devices.newUser();
    const room = await encryptedRoom(account);
    const alice = await devices.open(account);
    const content = { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_msgs: 2 };
    await alice.encryption.setRoom(room, content);
    const names: string[] = [];
    for (let count = 0; count < 5; count += 1) names.push(await session(alice, room, [alice.userId]));
    expect(names.map((name) => names.indexOf(name))).toEqual([0, 0, 2, 2, 4]);
  });
});
