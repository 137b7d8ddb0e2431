import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { sidRoot } from '../debian-sid/root.ts';
import { findExecutable } from '../executables.ts';
import { throwAwayFolder } from '../throw-away-folder.ts';

/** Which Prosody: the one of this machine's Debian, or the newest one, out of the sid root. */
export type ProsodyRelease = 'machine' | 'sid';

const SYSTEM_USER = 'prosody';

/** How a release is run. */
export interface Installation {
  /** Where the folder of a server lies for us, and for the server itself. */
  readonly folder: string;
  readonly inside: string;
  readonly program: string;
  /** What stands before Prosody's own parameters. */
  readonly before: readonly string[];
  /** The system user to run as; in the sid root, which holds nothing else, it stays root. */
  readonly user: string | null;
}

/** A new place for a server of that release. */
export function install(release: ProsodyRelease): Installation {
  if (release === 'machine') {
    const folder = throwAwayFolder('prosody');
    const program = findExecutable('prosody') ?? 'prosody';
    return { folder, inside: folder, program, before: [], user: SYSTEM_USER };
  }
  const root = sidRoot();
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, 'tmp', 'natter-prosody-'));
  return {
    folder,
    inside: folder.slice(root.length),
    program: findExecutable('chroot') ?? 'chroot',
    before: [root, '/usr/bin/prosody'],
    user: null,
  };
}

/** The community modules that only the newer release runs: one round trip for all of a sign-in (XEP-0388, 0386, 0484, 0474). */
export function modulesOf(release: ProsodyRelease): readonly string[] {
  return release === 'sid' ? ['sasl2', 'sasl2_bind2', 'sasl2_sm', 'sasl2_fast', 'sasl_ssdp'] : [];
}
