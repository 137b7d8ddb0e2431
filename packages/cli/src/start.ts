/** The process behind `natter`: the first module that Node 24 loads. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { profilePaths } from '@natter/daemon/paths';

// Before everything else is loaded, so that it is loaded from there the next time. In our own folder, since what a cache
// holds is run: nobody else may write to it.
enableCompileCache(join(profilePaths(process.env).cacheFolder, 'compiled'));
const { runProcess } = await import('./process.ts');
await runProcess();
