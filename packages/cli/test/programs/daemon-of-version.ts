/** A real daemon that calls itself by the version in its first argument; it serves the profile of NATTER_HOME. */
import { runDaemon } from '@natter/daemon/host';
import { profilePaths } from '@natter/daemon/paths';

const daemon = await runDaemon({
  paths: profilePaths(process.env),
  environment: process.env,
  stay: true,
  ask: () => Promise.resolve(null),
  version: process.argv[2] ?? '0.0.0',
});
process.stdout.write(daemon === null ? 'busy\n' : 'ready\n');
await daemon?.ended;
