/** When to try again after a network fault. */
export interface BackoffPolicy {
  /** Milliseconds: the ceiling of the first wait. */
  readonly base: number;
  /** Milliseconds: no wait is longer, unless the server asks for it. */
  readonly cap: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Half a minute of patience at first, five minutes at most. */
export const defaultBackoff: BackoffPolicy = { base: 1000, cap: 300_000, random: Math.random };

/** Milliseconds: a server that asks for a longer wait is asked again after this one. */
const longestWait = 86_400_000;

/**
 * Capped exponential backoff with full jitter: a wait drawn evenly from 0 to the ceiling, so that a thousand clients that
 * lost one server do not come back together (Brooker, "Exponential Backoff and Jitter"). `attempt` counts from 1.
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, retryAfter = 0): number {
  const ceiling = Math.min(policy.cap, policy.base * 2 ** Math.min(attempt - 1, 30));
  // A server's word, and not always a sane one: timers of more than 24 days would fire at once, and so would NaN.
  const asked = Number.isFinite(retryAfter) ? Math.min(retryAfter, longestWait) : 0;
  return Math.max(asked, Math.round(ceiling * policy.random()));
}
