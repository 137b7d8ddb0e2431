import type { OwnPresence } from '@natter/core/model';
import { withoutCodes } from './format-codes.ts';

/** Nobody is behind this connection (draft/pre-away): it does not make us present where others of ours are away. */
export const NOBODY = '*';

/** What AWAY is said with for a presence; null for being here, which takes no reason. */
export function awayReason({ availability, text }: OwnPresence): string | null {
  if (availability === 'available' || availability === 'invisible') return null;
  return (
    withoutCodes(text ?? availability)
      .replaceAll('\n', ' ')
      .slice(0, 100) || 'away'
  );
}
