import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findZnc} to succeed. */
export const ZNC_PACKAGES: readonly string[] = ['znc'];

export function findZnc(): Availability {
  const program = findExecutable('znc');
  if (program === undefined)
    return {
      available: false,
      reason: 'znc is not installed; npm run servers installs it on Debian as root',
    };
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const version = /^ZNC ([\d.]+)/m.exec(stdout ?? '')?.[1];
  if (version === undefined) return { available: false, reason: 'znc --version does not tell a version' };
  return { available: true, version };
}
