import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findEjabberd} to succeed. */
export const EJABBERD_PACKAGES: readonly string[] = ['ejabberd'];

/** Which ejabberd: the one of this machine's Debian, or the newest one, out of the sid root. */
export type EjabberdRelease = 'machine' | 'sid';

/** Where Debian puts the library folders of Erlang programs, ejabberd's among them. */
const LIBRARY_FOLDERS: readonly string[] = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib/erlang/lib',
];

/** Where ejabberd's code is, and of which version it is. */
export interface EjabberdInstallation {
  /** What runs Erlang, and what stands before Erlang's own parameters. */
  readonly erlang: string;
  readonly before: readonly string[];
  /** What lies before the paths that the server sees. */
  readonly root: string;
  /** The folder that Erlang is to look for libraries in, as the server sees it. */
  readonly libraries: string;
  readonly version: string;
  /** The system user to run as; in the sid root, which holds nothing else, it stays root. */
  readonly user: string | null;
}

/** Looks for the code itself: `ejabberdctl` insists on a user and folders of its own. */
export function locateEjabberd(release: EjabberdRelease): EjabberdInstallation | undefined {
  const root = release === 'sid' ? sidRoot() : '';
  const erlang = release === 'sid' ? findExecutable('chroot') : findExecutable('erl');
  if (erlang === undefined) return undefined;
  for (const libraries of LIBRARY_FOLDERS.filter((folder) => existsSync(join(root, folder)))) {
    for (const name of readdirSync(join(root, libraries))) {
      const version = /^ejabberd-(\d+\.\d+)$/.exec(name)?.[1];
      if (version === undefined) continue;
      return release === 'sid'
        ? { erlang, before: [root, '/usr/bin/erl'], root, libraries, version, user: null }
        : { erlang, before: [], root, libraries, version, user: 'ejabberd' };
    }
  }
  return undefined;
}

export function findEjabberd(): Availability {
  const installation = locateEjabberd('machine');
  if (installation !== undefined) return { available: true, version: installation.version };
  return {
    available: false,
    reason: 'ejabberd is not installed; npm run servers installs it on Debian as root',
  };
}

/** The newest ejabberd, which is in the sid root. */
export function findEjabberdSid(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const installation = sidVersion('ejabberd') === undefined ? undefined : locateEjabberd('sid');
  if (installation !== undefined) return { available: true, version: installation.version };
  return {
    available: false,
    reason: `ejabberd is not in ${sidRoot()}; npm run servers installs it as root`,
  };
}
