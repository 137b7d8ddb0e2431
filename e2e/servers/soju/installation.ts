import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';

/** What has to be in the sid root for {@link findSoju} to succeed; without the second the whole of systemd comes along. */
export const SOJU_PACKAGES: readonly string[] = ['soju', 'systemd-standalone-sysusers'];

export function findSoju(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const version = sidVersion('soju');
  if (version !== undefined) return { available: true, version };
  return { available: false, reason: `soju is not in ${sidRoot()}; npm run servers installs it as root` };
}
