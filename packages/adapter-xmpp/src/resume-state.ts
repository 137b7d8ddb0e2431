import { bareAddress } from './wire/address.ts';
import type { ResumeState } from './wire/stream-management.ts';

/** Reads what an earlier process or attempt left to resume; null when there is nothing or it is for another account. */
export function readResumeState(text: string | undefined, account: string): ResumeState | null {
  try {
    const state: unknown = JSON.parse(text ?? 'null');
    if (typeof state !== 'object' || state === null) return null;
    const { id, address, location, handled } = state as Partial<Record<keyof ResumeState, unknown>>;
    if (typeof id !== 'string' || typeof address !== 'string' || typeof handled !== 'number') return null;
    if (bareAddress(address) !== account || !Number.isSafeInteger(handled)) return null;
    return { id, address, handled, location: typeof location === 'string' ? location : null };
  } catch {
    return null; // state of another version: a new session is all that it costs
  }
}
