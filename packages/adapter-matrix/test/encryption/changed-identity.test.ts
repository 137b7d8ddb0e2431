import { beforeEach, expect, test, vi } from 'vitest';
import { describeServer } from '@natter/e2e';
import type { Message } from '@natter/core';
import { Dialog } from '../support/encrypted-pair.ts';
import { eventually, type Home } from '../support/home.ts';
import { useEncryptedPair } from '../support/use-encrypted-pair.ts';

vi.setConfig({ testTimeout: 120_000 });

describeServer('an identity that changes', 'synapse', () => {
  const used = useEncryptedPair();
  beforeEach(() => used.pair.friends());

  const said = async (home: Home, wanted: string): Promise<Message | undefined> =>
    (await home.rows(used.pair.with(home))).findLast(({ content }) => content.text === wanted);

  /** Alice asks in the conversation, and both say that they see the same. */
  async function verify(bob: Home): Promise<void> {
    const asking = await Dialog.begin(used.pair.alice, 'verify', used.pair.with(used.pair.alice));
    const asked = await Dialog.asked(bob);
    await asked.answer('accept');
    await Promise.all([asking.until('emoji'), asked.until('emoji')]);
    await asking.answer('match');
    await asked.answer('match');
    await Promise.all([asking.until('done'), asked.until('done')]);
  }

  /** Bob has nothing left but his password, and begins anew; a thief of it would do the same. */
  async function beginAnew(): Promise<Home> {
    await used.pair.bob.remove();
    const device = await used.pair.another(used.pair.names.bob);
    const dialog = await Dialog.begin(device, 'recover');
    await dialog.answer('reset');
    await dialog.answer('submit', { passphrase: '' });
    await dialog.answer('submit', { password: 'secret' });
    expect(JSON.stringify(dialog.step)).toContain('recoveryKey');
    await dialog.answer('continue');
    return device;
  }

  test('of somebody who was verified is told, vouches for nothing, and keeps us from writing until they are verified again', async () => {
    const { alice, bob } = used.pair;
    await verify(bob);
    await used.pair.say(bob, 'it is me');
    await eventually(async () => (await said(alice, 'it is me'))?.trust).toBe('e2ee-verified');
    const other = await beginAnew();
    await eventually(() => alice.attention()).toContain('verification');
    const told = alice.hub.profile.statuses
      .get(alice.account)
      ?.attention.map(({ text }) => text)
      .join();
    expect(told).toContain(`the identity of ${used.pair.names.bob} has changed`);
    await used.pair.say(other, 'it is me, too');
    await eventually(async () => (await said(alice, 'it is me, too'))?.trust).toBe('none');
    // What is secret does not go to whoever that is.
    await used.pair.say(alice, 'the secret');
    await eventually(async () => (await said(alice, 'the secret'))?.delivery).toBe('failed');
    expect((await said(alice, 'the secret'))?.error).toMatchObject({
      code: 'forbidden',
      userAction: 'choose',
    });
    expect(await said(other, 'the secret')).toBeUndefined();
    await verify(other);
    await eventually(() => alice.attention()).toEqual([]);
    await used.pair.say(alice, 'and now');
    await eventually(async () => (await said(other, 'and now'))?.trust).toBe('e2ee-verified');
    await used.pair.say(other, 'at last');
    await eventually(async () => (await said(alice, 'at last'))?.trust).toBe('e2ee-verified');
  });

  test('of somebody who was never verified keeps nobody from writing', async () => {
    const { alice, bob } = used.pair;
    await used.pair.say(bob, 'hello');
    await eventually(async () => (await said(alice, 'hello'))?.trust).toBe('e2ee');
    const other = await beginAnew();
    await used.pair.say(alice, 'and hello');
    await eventually(async () => (await said(other, 'and hello'))?.trust).toBe('e2ee');
    expect(alice.attention()).toEqual([]);
  });
});
