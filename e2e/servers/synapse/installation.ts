import type { Availability } from '../availability.ts';
import { sidRoot, sidVersion, whyNoSidRoot } from '../debian-sid/root.ts';

/** What has to be in the sid root for {@link findSynapse} to succeed. Debian has Synapse in sid only. */
export const SYNAPSE_PACKAGES: readonly string[] = ['matrix-synapse'];

export function findSynapse(): Availability {
  const obstacle = whyNoSidRoot();
  if (obstacle !== undefined) return { available: false, reason: obstacle };
  const version = sidVersion('matrix-synapse');
  if (version !== undefined) return { available: true, version };
  return {
    available: false,
    reason: `matrix-synapse is not in ${sidRoot()}; npm run servers installs it as root`,
  };
}
