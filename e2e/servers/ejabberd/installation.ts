import { existsSync, readdirSync } from 'node:fs';
import type { Availability } from '../availability.ts';
import { findExecutable } from '../executables.ts';

/** What has to be installed on Debian for {@link findEjabberd} to succeed. */
export const EJABBERD_PACKAGES: readonly string[] = ['ejabberd'];

/** Where Debian puts the library folders of Erlang programs, ejabberd's among them. */
const LIBRARY_FOLDERS: readonly string[] = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib/erlang/lib',
];

/** Where ejabberd's code is, and of which version it is. */
export interface EjabberdInstallation {
  readonly erlang: string;
  /** The folder that Erlang is to look for libraries in. */
  readonly libraries: string;
  readonly version: string;
}

/** Looks for the code itself: `ejabberdctl` insists on a user and folders of its own. */
export function locateEjabberd(): EjabberdInstallation | undefined {
  const erlang = findExecutable('erl');
  if (erlang === undefined) return undefined;
  for (const libraries of LIBRARY_FOLDERS.filter((folder) => existsSync(folder))) {
    for (const name of readdirSync(libraries)) {
      const version = /^ejabberd-(\d+\.\d+)$/.exec(name)?.[1];
      if (version !== undefined) return { erlang, libraries, version };
    }
  }
  return undefined;
}

export function findEjabberd(): Availability {
  const installation = locateEjabberd();
  if (installation !== undefined) return { available: true, version: installation.version };
  return {
    available: false,
    reason: 'ejabberd is not installed; npm run servers installs it on Debian as root',
  };
}
