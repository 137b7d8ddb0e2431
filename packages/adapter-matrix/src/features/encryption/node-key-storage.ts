import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openCryptoStore } from '../../crypto-store/crypto-store.ts';
import type { DeviceName, KeyStorage } from './key-storage.ts';

/** Keeps the keys of devices in files of a folder. */
export function nodeKeyStorage(folder: string): KeyStorage {
  const fileOf = ({ account, deviceId }: DeviceName): string =>
    // Device ids are the server's to choose, and file names are not.
    join(
      folder,
      `${encodeURIComponent(account)}-${Buffer.from(deviceId).toString('hex').slice(0, 200)}.keys`,
    );
  return {
    async open(device, failed) {
      return openCryptoStore({ file: fileOf(device), failed });
    },
    async remove(device) {
      for (const end of ['', '-wal', '-shm']) await rm(`${fileOf(device)}${end}`, { force: true });
    },
  };
}
