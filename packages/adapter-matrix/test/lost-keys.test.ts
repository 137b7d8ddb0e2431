import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { memorySecrets, memoryStore } from '@natter/core';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { Client } from './support/client.ts';
import { eventually, Home } from './support/home.ts';
import { keptOpen } from './support/kept-open.ts';

vi.setConfig({ testTimeout: 90_000 });

describeServer('keys of a device that are lost or spoilt', 'synapse', () => {
  let server: SynapseServer;
  let folder: string;
  let count = 0;
  let home: Home;

  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(() => {
    count += 1;
    folder = mkdtempSync(join(tmpdir(), 'natter-keys-'));
  });
  afterEach(async () => {
    await home?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Signs in, waits until the server has the keys, and is away again. */
  async function away(): Promise<() => Promise<void>> {
    const kept = { store: keptOpen(memoryStore()), secrets: memorySecrets(), keyFolder: folder };
    const address = await server.addUser({ name: `carol${count}`, password: 'secret' });
    home = await Home.open(server, { ...kept, address });
    await home.phase('online');
    const client = await Client.signIn(server.url, `carol${count}`, 'secret');
    const query = { device_keys: { [address]: [] } };
    const known = async (): Promise<string> =>
      JSON.stringify(await client.call('POST', ['client', 'v3', 'keys', 'query'], query));
    await eventually(known).toContain('curve25519:');
    await home.close();
    const { account } = home;
    return async () => {
      home = await Home.resume(account, kept);
    };
  }

  const error = (): { code?: string; message?: string; userAction?: string } => {
    const state = home.hub.profile.statuses.get(home.account)?.state;
    return state !== undefined && 'error' in state ? state.error : {};
  };

  test('a device without its keys is no device: the next sign-in makes another, which works', async () => {
    const back = await away();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await back();
    await home.phase('needsLogin');
    expect(error()).toMatchObject({ code: 'secret', userAction: 'sign-in' });
    expect(error().message).toContain('Sign in again');
    await home.relogin();
    await home.phase('online');
  });

  test('an account that is removed leaves no keys behind', async () => {
    const back = await away();
    await back();
    await home.phase('online');
    expect(readdirSync(folder)).not.toEqual([]);
    const { signal } = new AbortController();
    await home.hub.handlers.methods['account.remove']({ account: home.account, remote: true }, signal);
    await eventually(() => readdirSync(folder)).toEqual([]);
  });

  test('nor do the devices that the account was before: each sign-in after the server destroyed one made another', async () => {
    const back = await away();
    await back();
    await home.phase('online');
    const files = (): number => readdirSync(folder).filter((name) => name.endsWith('.keys')).length;
    expect(files()).toBe(1);
    for (const devices of [2, 3]) {
      const client = await Client.signIn(server.url, `carol${count}`, 'secret');
      await client.call('POST', ['client', 'v3', 'logout', 'all'], {});
      await home.phase('needsLogin');
      await home.relogin();
      await home.phase('online');
      // What they can still open stays until the account goes.
      await eventually(files).toBe(devices);
    }
    await home.remove();
    await eventually(() => readdirSync(folder)).toEqual([]);
  });

  test('a file of keys that is spoilt is named and left alone, and nothing goes out', async () => {
    const back = await away();
    const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.keys'));
    for (const each of readdirSync(folder)) rmSync(join(folder, each));
    writeFileSync(join(folder, name), 'this is no database, whatever its name says. '.repeat(100));
    await back();
    await eventually(() => error().message ?? '').toContain('damaged');
    expect(error()).toMatchObject({ code: 'storage', userAction: 'repair-profile' });
    expect(error().message).toContain(name);
    // As it says: moved away, and signed in again.
    rmSync(join(folder, name));
    await home.enable(false);
    await home.enable(true);
    await home.phase('needsLogin');
    await home.relogin();
    await home.phase('online');
  });
});
