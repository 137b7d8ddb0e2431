import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_ASIDE = `${POLICY}.natter-aside`;

/** Why packages cannot be installed here, or `undefined` when they can. */
export function whyNotInstallable(): string | undefined {
  if (!isDebian()) return 'this is not Debian';
  if (process.getuid?.() !== 0) return 'installing packages needs root';
  return undefined;
}

/** Whether this is Debian or one of its children, where dpkg knows what is installed. */
export function isDebian(): boolean {
  return existsSync('/etc/debian_version');
}

/** Which of these packages are not installed. */
export function missingPackages(packages: readonly string[]): string[] {
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = spawnSync('dpkg-query', ['--show', `--showformat=${format}`, ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set((stdout ?? '').split('\n'));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Installs Debian packages without asking anything and without starting a service: while it runs, policy-rc.d
 * forbids maintainer scripts to start what they install. The machine's own policy is put back afterwards.
 */
export function installDebianPackages(packages: readonly string[]): void {
  withServicesForbidden(() => {
    apt(['update', '-qq']);
    apt(['install', '-qq', '-y', '--no-install-recommends', ...packages]);
  });
}

function withServicesForbidden(action: () => void): void {
  const alreadyForbidden = spawnSync(POLICY, ['natter-probe', 'start']).status === 101;
  if (alreadyForbidden) {
    action();
    return;
  }
  if (existsSync(POLICY)) renameSync(POLICY, POLICY_ASIDE);
  writeFileSync(
    POLICY,
    '#!/bin/sh\n# Placed by a natter test run; no service starts while it installs packages.\nexit 101\n',
  );
  chmodSync(POLICY, 0o755);
  try {
    action();
  } finally {
    if (readFileSync(POLICY, 'utf8').includes('natter')) rmSync(POLICY);
    if (existsSync(POLICY_ASIDE)) renameSync(POLICY_ASIDE, POLICY);
  }
}

function apt(parameters: readonly string[]): void {
  const lockPatience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  const { status, stderr, error } = spawnSync('apt-get', [...lockPatience, ...parameters], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim();
  throw new Error(`apt-get ${parameters.join(' ')} failed: ${reason}`);
}
