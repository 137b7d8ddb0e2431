import { describeStore, type StoreUnderTest } from '@natter/testing/store';
import { openSqliteStore } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Each run opens and closes two stores: more of them run in the long tests. */
const runs = Number(process.env['NATTER_TEST_RUNS'] ?? 15);

async function place(): Promise<StoreUnderTest> {
  const folder = await temporaryFolder();
  return {
    open: () => openSqliteStore({ file: `${folder.path}/natter.db` }),
    dispose: () => folder.remove(),
  };
}

describeStore('SQLite store', place, runs);
