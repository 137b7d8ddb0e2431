import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findInspircd} to succeed. */
export const INSPIRCD_PACKAGES: readonly string[] = ['inspircd'];

export function findInspircd(): Availability {
  const program = findExecutable('inspircd');
  if (program === undefined)
    return {
      available: false,
      reason: 'inspircd is not installed; npm run servers installs it on Debian as root',
    };
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const version = /InspIRCd-?\s*([\d.]+)/i.exec(stdout ?? '')?.[1];
  if (version === undefined)
    return { available: false, reason: 'inspircd --version does not tell a version' };
  return { available: true, version };
}
