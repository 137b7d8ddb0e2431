import { beforeEach, expect, test, vi } from 'vitest';
import { describeServer } from '@natter/e2e';
import { Client, text } from '../support/client.ts';
import { Dialog } from '../support/encrypted-pair.ts';
import { eventually, type Home } from '../support/home.ts';
import { useEncryptedPair } from '../support/use-encrypted-pair.ts';

vi.setConfig({ testTimeout: 90_000 });

const BACKUP = ['client', 'v3', 'room_keys', 'version'];

describeServer('a backup of keys', 'synapse', () => {
  const used = useEncryptedPair();
  beforeEach(() => used.pair.friends());

  const texts = async (home: Home): Promise<readonly string[]> =>
    (await home.rows(used.pair.with(home))).map(({ content }) => content.text);

  /** Makes a recovery key by the steps that a front end shows. */
  async function makeKey(home: Home, ...actions: readonly string[]): Promise<string> {
    const dialog = await Dialog.begin(home, 'recover');
    for (const action of actions) await dialog.answer(action);
    await dialog.answer('submit', { passphrase: '' });
    const key = /"recoveryKey":"([^"]+)"/.exec(JSON.stringify(dialog.step))?.[1] ?? '';
    await dialog.answer('continue');
    expect(dialog.step.kind).toBe('done');
    return key;
  }

  /** What a new device reads that has nothing but a recovery key. */
  async function readBy(key: string, wanted: readonly string[]): Promise<void> {
    const device = await used.pair.another(used.pair.names.alice);
    const dialog = await Dialog.begin(device, 'recover');
    await dialog.answer('enter');
    await dialog.answer('submit', { 'recovery-key': key });
    expect(dialog.step).toMatchObject({ kind: 'show', data: { verified: true } });
    await eventually(async () => (await texts(device)).filter((each) => wanted.includes(each))).toEqual(
      wanted,
    );
  }

  /** The server's own word for the backup of Alice, and how many keys it holds. */
  async function backup(): Promise<{ version: string; count: number; remove: () => Promise<unknown> }> {
    const client = await Client.signIn(
      used.server.url,
      used.pair.names.alice.slice(1).split(':')[0] ?? '',
      'secret',
    );
    const found = await client.call('GET', BACKUP);
    const version = text(found['version']) ?? '';
    const remove = (): Promise<unknown> => client.call('DELETE', [...BACKUP, version]);
    return { version, count: Number(found['count']), remove };
  }

  test('that is deleted on the server is told, another is made, and that one holds what the first held', async () => {
    const { alice, bob } = used.pair;
    await makeKey(alice);
    await used.pair.say(bob, 'before');
    await eventually(() => texts(alice)).toContain('before');
    await eventually(async () => (await backup()).count).toBeGreaterThan(0);
    await (await backup()).remove();
    // The next key that has nowhere to go tells it; what is said goes on meanwhile.
    await used.pair.say(alice, 'after');
    await eventually(() => alice.attention()).toContain('keys');
    await eventually(() => texts(bob)).toContain('after');
    const key = await makeKey(alice, 'replace');
    await eventually(() => alice.attention()).toEqual([]);
    await readBy(key, ['before', 'after']);
  });

  test('that another takes the place of loses nothing of what the first held', async () => {
    const { alice, bob } = used.pair;
    await makeKey(alice);
    await used.pair.say(bob, 'before');
    await eventually(() => texts(alice)).toContain('before');
    await eventually(async () => (await backup()).count).toBeGreaterThan(0);
    const key = await makeKey(alice, 'replace');
    await readBy(key, ['before']);
  });
});
