import type { ErrorCode } from '@natter/core';

/** What a script can tell apart. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  network: 3,
  signIn: 4,
  untrusted: 5,
  rateLimited: 6,
  partly: 7,
  interrupted: 130,
} as const;

const byError: Readonly<Partial<Record<ErrorCode, number>>> = {
  network: exitCodes.network,
  'name-not-found': exitCodes.network,
  'connection-refused': exitCodes.network,
  timeout: exitCodes.network,
  offline: exitCodes.network,
  'certificate-untrusted': exitCodes.untrusted,
  'certificate-expired': exitCodes.untrusted,
  'certificate-wrong-name': exitCodes.untrusted,
  'tls-required': exitCodes.untrusted,
  authentication: exitCodes.signIn,
  downgrade: exitCodes.signIn,
  suspended: exitCodes.signIn,
  replaced: exitCodes.signIn,
  'registration-closed': exitCodes.signIn,
  'rate-limited': exitCodes.rateLimited,
  invalid: exitCodes.usage,
  aborted: exitCodes.interrupted,
};

/** The exit code for an error. */
export function exitCodeOf(code: ErrorCode): number {
  return byError[code] ?? exitCodes.failed;
}
