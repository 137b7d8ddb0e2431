import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findNgircd} to succeed. */
export const NGIRCD_PACKAGES: readonly string[] = ['ngircd'];

export function findNgircd(): Availability {
  const program = findExecutable('ngircd');
  if (program === undefined)
    return {
      available: false,
      reason: 'ngircd is not installed; npm run servers installs it on Debian as root',
    };
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const version = /^ngIRCd ([\d.]+)/im.exec(stdout ?? '')?.[1];
  if (version === undefined) return { available: false, reason: 'ngircd --version does not tell a version' };
  return { available: true, version };
}
