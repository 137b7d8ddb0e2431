import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';
import { isDebian, missingPackages } from '../debian-packages.ts';
import { findExecutable } from '../executables.ts';
import { throwAwayFolder } from '../throw-away-folder.ts';

/** What has to be installed on Debian for {@link findProsody} to succeed. */
export const PROSODY_PACKAGES: readonly string[] = ['prosody', 'prosody-modules', 'lua-dbi-sqlite3'];

/** Where prosody-modules puts the community modules. */
export const COMMUNITY_MODULES = '/usr/lib/prosody/modules';

const HOW = 'npm run servers installs it on Debian as root';

/** The oldest version the configuration is written for. */
const OLDEST: readonly [number, number] = [0, 12];

export function findProsody(): Availability {
  if (findExecutable('prosody') === undefined)
    return { available: false, reason: `prosody is not installed; ${HOW}` };
  const missing = isDebian() ? missingPackages(PROSODY_PACKAGES) : [];
  if (missing.length > 0) return { available: false, reason: `${missing.join(', ')} not installed; ${HOW}` };
  const version = prosodyVersion();
  if (version === undefined) return { available: false, reason: 'prosodyctl about does not tell a version' };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return { available: false, reason: `prosody ${version} is older than ${OLDEST.join('.')}` };
  }
  return { available: true, version };
}

/** The newest Prosody, which is in the sid root. */
export function findProsodySid(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const missing = PROSODY_PACKAGES.filter((name) => sidVersion(name) === undefined);
  const version = sidVersion('prosody');
  if (version !== undefined && missing.length === 0) return { available: true, version };
  return {
    available: false,
    reason: `${missing.join(', ')} not in ${sidRoot()}; npm run servers installs it as root`,
  };
}

/** Asked with a configuration of our own: only root may read the one of the system, and anybody may run a Prosody. */
function prosodyVersion(): string | undefined {
  const folder = throwAwayFolder('prosody-version');
  try {
    const config = join(folder, 'prosody.cfg.lua');
    writeFileSync(config, 'modules_enabled = {}\n');
    // Run by root, prosodyctl becomes the system user first.
    chmodSync(folder, 0o755);
    chmodSync(config, 0o644);
    const about = spawnSync('prosodyctl', ['--config', config, 'about'], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    return /^Prosody (\d+\.\d+(?:\.\d+)?)/m.exec(about.stdout ?? '')?.[1];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
