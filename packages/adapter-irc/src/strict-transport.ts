/** The key of the kept policy. */
export const STS_STATE = 'sts';

/** Longest policy that is believed: a year, in seconds. */
const LONGEST = 365 * 24 * 60 * 60;

/** The port of a kept policy (IRCv3 sts) that still holds; null for none. */
export function readPolicy(text: string | undefined, now: number): number | null {
  const [, port, until] = /^(\d{1,5}) (\d{1,16})$/.exec(text ?? '') ?? [];
  return port !== undefined && Number(until) > now ? Number(port) : null;
}

/**
 * What to keep of the `sts` capability as it was told over TLS: only there `duration` counts, and 0 takes the policy
 * back (null). Undefined when it says nothing that makes sense.
 */
export function updatedPolicy(value: string, port: number, now: number): string | null | undefined {
  const seconds = /(?:^|,)duration=(\d{1,12})(?:,|$)/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  const duration = Math.min(Number(seconds), LONGEST);
  return duration === 0 ? null : `${port} ${now + duration * 1000}`;
}
