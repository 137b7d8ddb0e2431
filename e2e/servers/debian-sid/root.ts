import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { installDebianPackages, whyNotInstallable } from '../debian-packages.ts';
import { findExecutable } from '../executables.ts';

/** Another test run may be installing at the same time. */
const LOCK_PATIENCE = ['-o', 'DPkg::Lock::Timeout=300'];

/** Where the root lies: one for all servers that Debian has in sid only, kept from run to run. */
export function sidRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'natter', 'debian-sid');
}

/** The version of a package inside the root; undefined when it is not there. */
export function sidVersion(name: string): string | undefined {
  if (!existsSync(join(sidRoot(), 'usr/bin/dpkg-query'))) return undefined;
  const format = '${db:Status-Status} ${Version}';
  const { stdout } = spawnSync(
    'dpkg-query',
    [`--root=${sidRoot()}`, '--show', `--showformat=${format}`, name],
    {
      encoding: 'utf8',
    },
  );
  return /^installed (\S+)/.exec(stdout ?? '')?.[1];
}

/** Why the root cannot be used here at all, or `undefined` when it can. */
export function whyNoSidRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'a Debian sid root needs root';
  if (existsSync(sidRoot()) || findExecutable('debootstrap') !== undefined) return undefined;
  return whyNotInstallable();
}

/**
 * Installs packages of Debian sid into the root, which is made first when there is none (a minute, some hundred
 * megabytes). A root that was begun and not finished is not used.
 */
export function installInSidRoot(packages: readonly string[]): void {
  const root = sidRoot();
  if (!existsSync(root)) makeRoot(root);
  // sid's lists are signed for a week at a time, and a mirror may be older than that; the signature is checked all the same.
  runInside(root, ['apt-get', 'update', '-qq', '-o', 'Acquire::Check-Valid-Until=false']);
  const install = ['apt-get', 'install', '-qq', '-y', '--no-install-recommends'];
  runInside(root, [...install, ...LOCK_PATIENCE, ...packages]);
}

/**
 * Some packages, such as ejabberd, are not set up without /proc. It is mounted for the command alone, in a mount namespace of its
 * own, so that nothing of it stays; where that is not allowed, as in some containers, the rest can still be installed.
 */
function runInside(root: string, command: readonly string[]): void {
  const allowed = spawnSync('unshare', ['--mount', 'true']).status === 0;
  if (!allowed) return run('chroot', [root, ...command]);
  const script = 'mount -t proc proc "$1/proc" && exec chroot "$@"';
  run('unshare', ['--mount', 'sh', '-c', script, 'sh', root, ...command]);
}

function makeRoot(root: string): void {
  if (findExecutable('debootstrap') === undefined) installDebianPackages(['debootstrap']);
  const partial = `${root}.partial-${process.pid}`;
  mkdirSync(dirname(root), { recursive: true });
  try {
    run('debootstrap', ['--variant=minbase', 'sid', partial]);
    const policy = join(partial, 'usr/sbin/policy-rc.d');
    writeFileSync(policy, '#!/bin/sh\n# No service starts in here by itself.\nexit 101\n');
    chmodSync(policy, 0o755);
    renameSync(partial, root);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function run(program: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().slice(-2000);
  throw new Error(`${program} ${parameters.join(' ')} failed: ${reason}`);
}
