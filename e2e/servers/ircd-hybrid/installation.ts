import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';

/** What has to be in the sid root for {@link findIrcdHybrid} to succeed; on the machine it would displace ngircd. */
export const IRCD_HYBRID_PACKAGES: readonly string[] = ['ircd-hybrid'];

export function findIrcdHybrid(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const version = sidVersion('ircd-hybrid');
  if (version !== undefined) return { available: true, version };
  return {
    available: false,
    reason: `ircd-hybrid is not in ${sidRoot()}; npm run servers installs it as root`,
  };
}
