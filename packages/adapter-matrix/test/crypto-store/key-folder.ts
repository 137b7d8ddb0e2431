import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NatterError } from '@natter/core/model';
import { openCryptoStore, type CryptoStore } from '../../src/crypto-store/crypto-store.ts';

/** The name of a file in a folder that goes with the test. */
export async function newKeyFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'natter-keys-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'device.keys');
}

/** A store that is closed with the test, and what it reported. */
export function openStore(file: string): CryptoStore & { readonly failures: readonly NatterError[] } {
  const failures: NatterError[] = [];
  const store = openCryptoStore({ file, failed: (error) => failures.push(error) });
  onTestFinished(() => store.close());
  return { ...store, failures };
}
