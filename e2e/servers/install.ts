/**
 * `npm run servers`: installs the real servers where that is possible. Exit 0 when each is there or cannot be had
 * on this machine (the line says why); with NATTER_REQUIRE_SERVERS=1 a missing one is a failure.
 */
import { serverAvailability } from './availability.ts';
import type { ServerKind } from './availability.ts';
import { installDebianPackages, whyNotInstallable } from './debian-packages.ts';
import { PROSODY_PACKAGES } from './prosody/installation.ts';

const PACKAGES: Record<ServerKind, readonly string[]> = {
  prosody: PROSODY_PACKAGES,
};

function provide(kind: ServerKind): boolean {
  const before = serverAvailability(kind);
  if (before.available) return report(kind, `ready, version ${before.version}`, true);
  const obstacle = whyNotInstallable();
  if (obstacle !== undefined) return report(kind, `missing: ${before.reason}; ${obstacle}`, false);
  process.stdout.write(`${kind}: installing ${PACKAGES[kind].join(', ')}\n`);
  try {
    installDebianPackages(PACKAGES[kind]);
  } catch (error) {
    return report(kind, `missing: ${error instanceof Error ? error.message : String(error)}`, false);
  }
  const after = serverAvailability(kind);
  return after.available
    ? report(kind, `installed, version ${after.version}`, true)
    : report(kind, `missing: ${after.reason}`, false);
}

function report(kind: ServerKind, text: string, present: boolean): boolean {
  process.stdout.write(`${kind}: ${text}\n`);
  return present;
}

const missing = (Object.keys(PACKAGES) as ServerKind[]).filter((kind) => !provide(kind));
if (missing.length > 0 && process.env['NATTER_REQUIRE_SERVERS'] === '1') process.exitCode = 1;
