import { expect, test, vi } from 'vitest';
import { describeServer } from '@natter/e2e';
import { Dialog } from './support/encrypted-pair.ts';
import { eventually, type Home } from './support/home.ts';
import { useEncryptedPair } from './support/use-encrypted-pair.ts';

// Each step waits for a synchronisation of the other side, and a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

describeServer('verification', 'synapse', () => {
  const used = useEncryptedPair();

  /** Of what the other one said last. */
  const lastTrust = async (home: Home): Promise<unknown> =>
    (await home.rows(used.pair.with(home))).findLast(
      ({ content, sender }) => content.kind === 'text' && !sender.self,
    )?.trust;

  test('two people see the same emoji, and each trusts what the other says from then on', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    await used.pair.say(bob, 'before');
    await eventually(() => lastTrust(alice)).toBe('e2ee');
    const asking = await Dialog.begin(alice, 'verify', used.pair.with(alice));
    expect(asking.step.kind).toBe('wait');
    const asked = await Dialog.asked(bob);
    expect(asked.step).toMatchObject({ kind: 'show', data: { user: used.pair.names.alice } });
    await asked.answer('accept');
    const [hers, his] = await Promise.all([asking.until('emoji'), asked.until('emoji')]);
    if (hers.kind !== 'show' || his.kind !== 'show') throw new Error('nothing is shown');
    expect(hers.data['emoji']).toEqual(his.data['emoji']);
    expect(hers.data['emoji']).toHaveLength(7);
    await asking.answer('match');
    await asked.answer('match');
    await Promise.all([asking.until('done'), asked.until('done')]);
    await used.pair.say(bob, 'after');
    await used.pair.say(alice, 'and to you');
    await eventually(() => lastTrust(alice)).toBe('e2ee-verified');
    await eventually(() => lastTrust(bob)).toBe('e2ee-verified');
    // What belongs to the verification is no message.
    const kinds = (await bob.rows(used.pair.with(bob))).map(({ content }) => content.kind);
    expect(kinds).toEqual(['text', 'system', 'text', 'text']);
  });

  test('who sees something else verifies nothing, on both sides', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    const asking = await Dialog.begin(alice, 'verify', used.pair.with(alice));
    const asked = await Dialog.asked(bob);
    await asked.answer('accept');
    await Promise.all([asking.until('emoji'), asked.until('emoji')]);
    await asking.answer('mismatch');
    expect(asking.step).toMatchObject({ kind: 'failed', error: { code: 'forbidden' } });
    await eventually(async () => (await bob.asked()).length).toBe(1);
    await asked.answer('match');
    expect(await asked.until('failed')).toMatchObject({
      error: { code: 'forbidden', condition: { cancelled: 'm.mismatched_sas' } },
    });
    await used.pair.say(bob, 'hello');
    await eventually(() => lastTrust(alice)).toBe('e2ee');
  });

  test('one that is rejected or cancelled is over for both', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    const rejected = await Dialog.begin(alice, 'verify', used.pair.with(alice));
    expect(rejected.step.kind === 'failed' ? rejected.step : null).toBeNull();
    await (await Dialog.asked(bob)).answer('reject');
    expect(await rejected.until('failed')).toMatchObject({ error: { condition: { cancelled: 'm.user' } } });
    const withdrawn = await Dialog.begin(alice, 'verify', used.pair.with(alice));
    const asked = await Dialog.asked(bob);
    await withdrawn.cancel();
    // It is listed no more, whether he looks at it or not; where it is open, it says why.
    await eventually(async () => (await bob.asked()).length).toBe(0);
    await asked.answer('accept');
    expect(asked.step).toMatchObject({ kind: 'failed', error: { condition: { cancelled: 'm.user' } } });
  });

  test('one that nobody answers is over after ten minutes, on both sides', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    const asking = await Dialog.begin(alice, 'verify', used.pair.with(alice));
    const asked = await Dialog.asked(bob);
    // The crypto module looks at this clock, and nothing else of ours does.
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 11 * 60_000);
    try {
      expect(await asking.until('failed')).toMatchObject({
        error: { code: 'timeout', condition: { cancelled: 'm.timeout' } },
      });
      await eventually(async () => (await bob.asked()).length).toBe(0);
      await asked.answer('accept');
      expect(asked.step).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
    } finally {
      clock.mockRestore();
    }
    await used.pair.say(bob, 'hello');
    await eventually(() => lastTrust(alice)).toBe('e2ee');
  });

  test('a new device of ours is verified by an old one, is given the secrets, and reads what was said before', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    const recovery = await Dialog.begin(alice, 'recover');
    expect(recovery.step.kind).toBe('fields');
    await recovery.answer('submit', { passphrase: '' });
    expect(JSON.stringify(recovery.step)).toMatch(/"recoveryKey":"\w{4} /);
    await used.pair.say(bob, 'long ago');
    await eventually(() => lastTrust(alice)).toBe('e2ee');

    const tablet = await used.pair.another(used.pair.names.alice);
    await eventually(() => tablet.attention()).toEqual(['verification']);
    await eventually(async () => (await tablet.rows(used.pair.with(tablet))).at(-1)?.content.kind).toBe(
      'undecryptable',
    );
    const asking = await Dialog.begin(tablet, 'verify');
    const asked = await Dialog.asked(alice);
    await asked.answer('accept');
    await Promise.all([asking.until('emoji'), asked.until('emoji')]);
    await asking.answer('match');
    await asked.answer('match');
    await Promise.all([asking.until('done'), asked.until('done')]);
    await eventually(() => tablet.attention()).toEqual([]);
    await eventually(async () => (await tablet.rows(used.pair.with(tablet))).at(-1)?.content.text).toBe(
      'long ago',
    );
  });

  test('a new device is verified by the recovery key, which may be mistyped first', async () => {
    await used.pair.friends();
    const { alice, bob } = used.pair;
    const made = await Dialog.begin(alice, 'recover');
    await made.answer('submit', { passphrase: 'correct horse battery' });
    const key = /"recoveryKey":"([^"]+)"/.exec(JSON.stringify(made.step))?.[1] ?? '';
    await made.answer('continue');
    expect(made.step.kind).toBe('done');
    await used.pair.say(bob, 'long ago');
    await eventually(() => lastTrust(alice)).toBe('e2ee');

    for (const [attempt, typed] of ['correct horse battery', key].entries()) {
      const device = await used.pair.another(used.pair.names.alice);
      const dialog = await Dialog.begin(device, 'recover');
      expect(dialog.step).toMatchObject({ kind: 'show', actions: ['enter', 'reset'] });
      await dialog.answer('enter');
      await dialog.answer('submit', { 'recovery-key': 'something else' });
      expect(dialog.step).toMatchObject({ kind: 'fields', error: { code: 'authentication' } });
      await dialog.answer('submit', { 'recovery-key': typed });
      expect(dialog.step).toMatchObject({ kind: 'show', data: { verified: true } });
      await eventually(() => device.attention()).toEqual([]);
      await eventually(async () =>
        (await device.rows(used.pair.with(device))).some(({ content }) => content.text === 'long ago'),
      ).toBe(true);
      // It reads what comes now, and is trusted like the first.
      await used.pair.say(bob, `welcome ${attempt}`);
      await eventually(async () => (await device.rows(used.pair.with(device))).at(-1)?.content.text).toBe(
        `welcome ${attempt}`,
      );
    }
  });
});
