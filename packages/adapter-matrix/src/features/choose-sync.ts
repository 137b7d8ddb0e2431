import { get, getMap } from '../wire/json.ts';
import { PlainSync } from './plain-sync.ts';
import { SlidingSync } from './sliding-sync.ts';
import type { SourceParts, SyncSource } from './sync-source.ts';

/** What a server says of itself that offers it. */
const SLIDING = 'org.matrix.simplified_msc3575';

/** The sliding way where it is wanted and the server offers it, else the plain one. Rejects with WireError. */
export async function chooseSource(
  parts: SourceParts,
  wantsSliding: boolean,
  signal: AbortSignal,
): Promise<SyncSource> {
  if (!wantsSliding) return new PlainSync(parts);
  const path = ['client', 'versions'];
  const versions = await parts.api.call({ method: 'GET', path, signal });
  const offered = get(getMap(versions, 'unstable_features'), SLIDING) === true;
  return offered ? new SlidingSync(parts) : new PlainSync(parts);
}
