/**
 * natter adapter for Matrix, on Node.
 * @packageDocumentation
 */
import { mkdir } from 'node:fs/promises';
import type { Adapter } from '@natter/core';
import { createAdapter, type MatrixAdapterOptions } from './adapter.ts';
import type { KeyStorage } from './features/encryption/key-storage.ts';
import { nodePlatform } from './wire/node/platform.ts';

export type { MatrixAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** What the adapter can be told on Node. */
export interface NodeMatrixAdapterOptions extends MatrixAdapterOptions {
  /** The folder for the encryption keys of devices, which is made for the user alone. Without it accounts cannot encrypt. */
  readonly keyFolder?: string;
}

/** Makes the adapter that the hub calls `matrix`. No I/O happens before `login` or a session's `run`. */
export function createMatrixAdapter(options: NodeMatrixAdapterOptions = {}): Adapter {
  const { keyFolder } = options;
  return createAdapter(nodePlatform, options, keyFolder === undefined ? null : keysIn(keyFolder));
}

/** Loaded with the first account: a natter without Matrix has no use for it. */
function keysIn(folder: string): KeyStorage {
  const storage = async (): Promise<KeyStorage> => {
    const { nodeKeyStorage } = await import('./features/encryption/node-key-storage.ts');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return nodeKeyStorage(folder);
  };
  return {
    open: async (device, failed) => (await storage()).open(device, failed),
    remove: async (device) => (await storage()).remove(device),
  };
}
