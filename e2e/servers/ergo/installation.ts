import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';

/** What has to be in the sid root for {@link findErgo} to succeed. Debian's `ergo` is a chemistry program. */
export const ERGO_PACKAGES: readonly string[] = ['ergochat'];

export function findErgo(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const version = sidVersion('ergochat');
  if (version !== undefined) return { available: true, version };
  return { available: false, reason: `ergochat is not in ${sidRoot()}; npm run servers installs it as root` };
}
