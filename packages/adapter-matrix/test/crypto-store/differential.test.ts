import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDBFactory as FakeFactory, IDBKeyRange as FakeRange } from 'fake-indexeddb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openCryptoStore } from '../../src/crypto-store/crypto-store.ts';
import { programs, type Opening } from './random-programs.ts';
import { interpret, type Trace } from './interpret.ts';

const numRuns = process.env['NATTER_LONG'] === '1' ? 5_000 : 300;

it('does what another implementation of the standard does', { timeout: 30_000 + numRuns * 50 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'natter-keys-'));
  let number = 0;
  try {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        number += 1;
        const reference = { factory: new FakeFactory(), ranges: FakeRange, prefix: '' };
        expect(await onFile(join(folder, `${number}.db`), program)).toStrictEqual(
          await interpret(reference, program),
        );
      }),
      { numRuns },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function onFile(file: string, program: readonly Opening[]): Promise<Trace> {
  const store = openCryptoStore({
    file,
    failed(error) {
      throw error;
    },
  });
  try {
    return await interpret({ factory: indexedDB, ranges: IDBKeyRange, prefix: store.prefix }, program);
  } finally {
    await store.close();
  }
}
