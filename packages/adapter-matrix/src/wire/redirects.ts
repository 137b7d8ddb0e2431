import type { HttpAnswer } from './http.ts';

/** Longer chains lead nowhere. */
export const MOST_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer leads: undefined for one that is no redirect, null for one that leads out of the encryption, or to nothing
 * that could be asked.
 */
export function redirectOf({ status, headers }: HttpAnswer, at: URL): URL | null | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const next = URL.parse(location, at);
  const usable = next?.protocol === 'https:' || (next?.protocol === 'http:' && at.protocol === 'http:');
  return usable ? next : null;
}
