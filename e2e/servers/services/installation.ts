import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';
import { findInspircd, INSPIRCD_PACKAGES } from '../inspircd/installation.ts';

/** What has to be installed on Debian for {@link findAnope} to succeed: services are nothing without a server. */
export const ANOPE_PACKAGES: readonly string[] = ['anope', ...INSPIRCD_PACKAGES];
/** What has to be installed on Debian for {@link findAtheme} to succeed. */
export const ATHEME_PACKAGES: readonly string[] = ['atheme-services', ...INSPIRCD_PACKAGES];

export function findAnope(): Availability {
  return findServices('anope', ['--version'], /Anope-([\d.]+)/);
}

export function findAtheme(): Availability {
  return findServices('atheme-services', ['-v'], /\((?:atheme )?([\d.]+)/);
}

function findServices(name: string, parameters: readonly string[], pattern: RegExp): Availability {
  const program = findExecutable(name);
  if (program === undefined)
    return {
      available: false,
      reason: `${name} is not installed; npm run servers installs it on Debian as root`,
    };
  const server = findInspircd();
  if (!server.available) return server;
  const { stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  const version = pattern.exec(`${stdout}${stderr}`)?.[1];
  return version === undefined
    ? { available: false, reason: `${name} does not tell its version` }
    : { available: true, version: `${version} on InspIRCd ${server.version}` };
}
