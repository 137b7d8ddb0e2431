import type { Account } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { readFrames } from './frames.ts';

/**
 * Waits until the accounts are online with their contact lists, or cannot be for now; at most so many milliseconds. Those
 * that are disabled are not waited for.
 */
export async function accountsSettled(
  link: ClientLink,
  milliseconds: number,
  signal: AbortSignal,
  only?: Account['id'],
): Promise<void> {
  const time = AbortSignal.timeout(milliseconds);
  try {
    for await (const { value } of readFrames(link, 'accounts', {}, AbortSignal.any([signal, time])))
      if (value.filter(({ id }) => only === undefined || id === only).every(settled)) return;
  } catch (error) {
    if (!time.aborted || signal.aborted) throw error;
  }
}

function settled({ enabled, state, roster }: Account): boolean {
  if (!enabled || 'error' in state) return true;
  return state.phase === 'online' && (roster === 'ready' || roster === 'failed');
}
