import { describeStore } from '@natter/testing/store';
import { openSqliteStore } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeStore('SQLite store', async () => {
  const folder = await temporaryFolder();
  return {
    open: () => openSqliteStore({ file: `${folder.path}/natter.db` }),
    dispose: () => folder.remove(),
  };
});
