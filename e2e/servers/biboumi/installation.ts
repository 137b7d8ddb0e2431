import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findBiboumi} to succeed. */
export const BIBOUMI_PACKAGES: readonly string[] = ['biboumi'];

export function findBiboumi(): Availability {
  const program = findExecutable('biboumi');
  if (program === undefined)
    return {
      available: false,
      reason: 'biboumi is not installed; npm run servers installs it on Debian as root',
    };
  // The program itself has no option that tells it.
  const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat=${Version}', 'biboumi'], {
    encoding: 'utf8',
  });
  return { available: true, version: /^[\d.]+/.exec(stdout ?? '')?.[0] ?? 'of unknown version' };
}
