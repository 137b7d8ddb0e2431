/**
 * `npm run servers`: installs the real servers where that is possible. Exit 0 when each is there or cannot be had
 * on this machine (the line says why); with NATTER_REQUIRE_SERVERS=1 a missing one is a failure.
 */
import { serverAvailability } from './availability.ts';
import type { ServerKind } from './availability.ts';
import { BIBOUMI_PACKAGES } from './biboumi/installation.ts';
import { installDebianPackages, whyNotInstallable } from './debian-packages.ts';
import { installInSidRoot, whyNoSidRoot } from './debian-sid/root.ts';
import { EJABBERD_PACKAGES } from './ejabberd/installation.ts';
import { ERGO_PACKAGES } from './ergo/installation.ts';
import { INSPIRCD_PACKAGES } from './inspircd/installation.ts';
import { IRCD_HYBRID_PACKAGES } from './ircd-hybrid/installation.ts';
import { MATRIX_NIO_PACKAGES } from './matrix-nio/installation.ts';
import { NGIRCD_PACKAGES } from './ngircd/installation.ts';
import { PROSODY_PACKAGES } from './prosody/installation.ts';
import { ANOPE_PACKAGES, ATHEME_PACKAGES } from './services/installation.ts';
import { SOJU_PACKAGES } from './soju/installation.ts';
import { SYNAPSE_PACKAGES } from './synapse/installation.ts';
import { ZNC_PACKAGES } from './znc/installation.ts';

/** What a server needs, and where it is installed: on this machine, or in a root of Debian sid of its own. */
interface Recipe {
  readonly packages: readonly string[];
  readonly where: 'machine' | 'sid';
}

const RECIPES: Record<ServerKind, Recipe> = {
  prosody: { packages: PROSODY_PACKAGES, where: 'machine' },
  'prosody-sid': { packages: PROSODY_PACKAGES, where: 'sid' },
  ejabberd: { packages: EJABBERD_PACKAGES, where: 'machine' },
  'ejabberd-sid': { packages: EJABBERD_PACKAGES, where: 'sid' },
  biboumi: { packages: BIBOUMI_PACKAGES, where: 'machine' },
  ngircd: { packages: NGIRCD_PACKAGES, where: 'machine' },
  ergo: { packages: ERGO_PACKAGES, where: 'sid' },
  inspircd: { packages: INSPIRCD_PACKAGES, where: 'machine' },
  'ircd-hybrid': { packages: IRCD_HYBRID_PACKAGES, where: 'sid' },
  anope: { packages: ANOPE_PACKAGES, where: 'machine' },
  atheme: { packages: ATHEME_PACKAGES, where: 'machine' },
  znc: { packages: ZNC_PACKAGES, where: 'machine' },
  soju: { packages: SOJU_PACKAGES, where: 'sid' },
  synapse: { packages: SYNAPSE_PACKAGES, where: 'sid' },
  'matrix-nio': { packages: MATRIX_NIO_PACKAGES, where: 'machine' },
};

function provide(kind: ServerKind): boolean {
  const before = serverAvailability(kind);
  if (before.available) return report(kind, `ready, version ${before.version}`, true);
  const { packages, where } = RECIPES[kind];
  const obstacle = where === 'machine' ? whyNotInstallable() : whyNoSidRoot();
  if (obstacle !== undefined) {
    const reasons = new Set([before.reason, obstacle]);
    return report(kind, `missing: ${[...reasons].join('; ')}`, false);
  }
  process.stdout.write(`${kind}: installing ${packages.join(', ')}\n`);
  try {
    if (where === 'machine') installDebianPackages(packages);
    else installInSidRoot(packages);
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

const missing = (Object.keys(RECIPES) as ServerKind[]).filter((kind) => !provide(kind));
if (missing.length > 0 && process.env['NATTER_REQUIRE_SERVERS'] === '1') process.exitCode = 1;
