import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSynapse, type SynapseServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { SharingPolicy } from '../../src/features/encryption/room-encryptor.ts';
import { Device, signIn, type SignedIn } from './device.ts';

/** Users and devices on a Synapse of the test file; devices are closed after each test. */
export interface Devices {
  /** A new user with a first device that is signed in. */
  newUser(): Promise<{ readonly name: string; readonly account: SignedIn }>;
  /** One more device of a user. */
  signIn(name: string): Promise<SignedIn>;
  /** Opens the keys of a device; again after it was closed. */
  open(account: SignedIn, policy?: SharingPolicy, key?: number): Promise<Device>;
}

/** To be called in a `describe`. */
export function useDevices(): Devices {
  let server: SynapseServer;
  let folder: string;
  let number = 0;
  const opened: Device[] = [];
  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'natter-encryption-'));
  });
  afterEach(async () => {
    for (const device of opened.splice(0)) await device.close();
    await rm(folder, { recursive: true, force: true });
  });
  const signInAgain = (name: string): Promise<SignedIn> => signIn(server.url, name, 'secret');
  return {
    async newUser() {
      number += 1;
      const name = `user${number}`;
      await server.addUser({ name, password: 'secret' });
      return { name, account: await signInAgain(name) };
    },
    signIn: signInAgain,
    async open(account, policy, key) {
      const device = await Device.open(account, folder, policy, key);
      opened.push(device);
      return device;
    },
  };
}
