/** The process behind `natter`: the first module that Node 24 loads. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { makeFolder, profilePaths } from '@natter/daemon/paths';

// Before everything else is loaded, so that it is loaded from there the next time. In our own folder, since what a cache
// holds is run: nobody else may write to it.
const cache = join(profilePaths(process.env).cacheFolder, 'compiled');
try {
  makeFolder(cache);
  enableCompileCache(cache);
} catch {
  // Without a cache everything works, a little slower; a command that needs the profile says what is wrong with it.
}
const { runProcess } = await import('./process.ts');
await runProcess();
