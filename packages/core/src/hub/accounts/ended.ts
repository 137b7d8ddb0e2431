import type { Ended } from '../../contract/index.ts';
import { errorData } from '../../model/index.ts';

const ends: ReadonlySet<string> = new Set<Ended['why']>([
  'stopped',
  'network',
  'needsLogin',
  'needsTrust',
  'replaced',
  'refused',
]);

/** How a run ended, as far as it says so: an adapter that answers with anything else is tried again like a bad network. */
export function endedOf(answer: Ended): Ended {
  // Adapters are code of others; what they answer is not held to the type.
  const told: Partial<Ended> | undefined = answer;
  if (told?.why !== undefined && ends.has(told.why) && (told.why === 'stopped' || 'error' in told))
    return answer;
  const error = errorData('protocol', 'the adapter does not say why the connection ended', {
    scope: 'account',
    retriable: true,
  });
  return { why: 'network', error };
}
