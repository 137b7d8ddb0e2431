import type { Runtime } from '../runtime.ts';
import { isCounted } from '../wire/stream-management.ts';

/**
 * Sends again what the server did not handle of the session that was cut, such as receipts (XEP-0198 section 5). `handled` is its
 * count, null when it told none.
 */
export function sendAgain({ memory, stream }: Runtime, handled: number | null): void {
  const { left } = memory;
  memory.left = null;
  if (left === null || handled === null || left.session !== stream.management.resumeState()?.id) return;
  for (const { number, stanza } of left.stanzas) if (!isCounted(number, handled)) stream.send(stanza);
}
