import type { Ended, Outcome } from '@natter/core';
import {
  errorData,
  toErrorData,
  type ErrorCode,
  type ErrorData,
  type ErrorScope,
  type JsonObject,
  type UserAction,
} from '@natter/core/model';
import { own, type CertificateProblem } from '@natter/wire';
import { WireError, type WireErrorCode } from '../wire/error.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly retriable?: boolean;
  readonly userAction?: UserAction;
}

const MEANINGS: Record<WireErrorCode, Meaning> = {
  aborted: { code: 'aborted' },
  'name-not-found': { code: 'name-not-found', retriable: true, userAction: 'check-address' },
  'connect-refused': { code: 'connection-refused', retriable: true, userAction: 'check-address' },
  'connect-failed': { code: 'network', retriable: true, userAction: 'check-network' },
  timeout: { code: 'timeout', retriable: true, userAction: 'check-network' },
  disconnected: { code: 'network', retriable: true },
  'tls-required': { code: 'tls-required' },
  'tls-failed': { code: 'network', retriable: true },
  certificate: { code: 'certificate-untrusted' },
  limit: { code: 'protocol', retriable: true },
  protocol: { code: 'protocol', retriable: true },
  invalid: { code: 'invalid' },
  discovery: { code: 'not-found', userAction: 'check-address' },
  'no-token': { code: 'authentication', userAction: 'sign-in' },
  refused: { code: 'server', retriable: true },
};

const CERTIFICATES: Record<CertificateProblem, ErrorCode> = {
  expired: 'certificate-expired',
  'not-yet-valid': 'certificate-expired',
  'wrong-name': 'certificate-wrong-name',
  'self-signed': 'certificate-untrusted',
  'unknown-issuer': 'certificate-untrusted',
  invalid: 'certificate-untrusted',
};

/** What homeservers say (Matrix 1.16, section "Standard error response"), in natter's words. */
const REFUSALS: Readonly<Record<string, Meaning>> = {
  M_FORBIDDEN: { code: 'forbidden' },
  M_UNKNOWN_TOKEN: { code: 'authentication', userAction: 'sign-in' },
  M_MISSING_TOKEN: { code: 'authentication', userAction: 'sign-in' },
  M_USER_DEACTIVATED: { code: 'suspended', userAction: 'contact-operator' },
  M_USER_LOCKED: { code: 'suspended', userAction: 'contact-operator' },
  M_USER_SUSPENDED: { code: 'suspended', userAction: 'contact-operator' },
  M_LIMIT_EXCEEDED: { code: 'rate-limited', retriable: true, userAction: 'wait' },
  M_RESOURCE_LIMIT_EXCEEDED: { code: 'rate-limited', userAction: 'contact-operator' },
  M_NOT_FOUND: { code: 'not-found' },
  M_UNRECOGNIZED: { code: 'unsupported' },
  M_TOO_LARGE: { code: 'too-large', userAction: 'shorten' },
  M_USER_IN_USE: { code: 'conflict' },
  M_ROOM_IN_USE: { code: 'conflict' },
  M_INVALID_USERNAME: { code: 'invalid', userAction: 'check-address' },
  M_EXCLUSIVE: { code: 'conflict' },
  M_BAD_JSON: { code: 'invalid' },
  M_NOT_JSON: { code: 'invalid' },
  M_INVALID_PARAM: { code: 'invalid' },
  M_MISSING_PARAM: { code: 'invalid' },
  M_BAD_STATE: { code: 'conflict' },
  M_DUPLICATE_ANNOTATION: { code: 'conflict' },
  M_GUEST_ACCESS_FORBIDDEN: { code: 'forbidden' },
  M_UNSUPPORTED_ROOM_VERSION: { code: 'unsupported' },
  M_INCOMPATIBLE_ROOM_VERSION: { code: 'unsupported' },
  M_CANNOT_LEAVE_SERVER_NOTICE_ROOM: { code: 'forbidden' },
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid' },
  401: { code: 'authentication', userAction: 'sign-in' },
  403: { code: 'forbidden' },
  404: { code: 'not-found' },
  405: { code: 'unsupported' },
  413: { code: 'too-large', userAction: 'shorten' },
  429: { code: 'rate-limited', retriable: true, userAction: 'wait' },
};

/** Everything that can go wrong, as data. What the server said is kept as the condition: never parsed by core. */
export function mapError(caught: unknown, scope: ErrorScope = 'account'): ErrorData {
  if (!(caught instanceof WireError)) return toErrorData(caught, { scope });
  const { code, retriable = false, userAction } = meaningOf(caught);
  const condition = conditionOf(caught);
  return errorData(code, clean(caught.message), {
    scope,
    retriable,
    certain: isCertain(caught),
    ...(caught.retryAfter === null ? {} : { retryAfter: caught.retryAfter }),
    ...(userAction === undefined ? {} : { userAction }),
    ...(condition === null ? {} : { condition }),
  });
}

/** How a connection attempt that broke ends. */
export function mapEnded(error: WireError): Ended {
  const data = mapError(error);
  if (data.code === 'aborted') return { why: 'stopped' };
  if (data.code === 'authentication') return { why: 'needsLogin', error: data };
  if (data.code.startsWith('certificate-')) return { why: 'needsTrust', error: data };
  if (!data.retriable) return { why: 'refused', error: data };
  return {
    why: 'network',
    error: data,
    ...(error.retryAfter === null ? {} : { retryAfter: error.retryAfter }),
  };
}

/** How an operation that failed ends: not sent, refused, or nobody knows. */
export function failedOutcome(caught: unknown): Outcome {
  const error = mapError(caught, 'operation');
  if (!error.certain) return { result: 'unknown', error };
  return { result: error.retriable || error.code === 'aborted' ? 'not-sent' : 'refused', error };
}

/** A refusal of ours. */
export function refused(code: ErrorCode, message: string): Outcome {
  return { result: 'refused', error: errorData(code, message, { scope: 'operation' }) };
}

/** A server that failed inside, or a proxy before it that gave up, may have done it all the same. */
function isCertain({ code, status, sent }: WireError): boolean {
  return code === 'refused' ? status < 500 : !sent;
}

function meaningOf(error: WireError): Meaning {
  const { code, certificate, errcode, status } = error;
  if (certificate !== null)
    return { code: CERTIFICATES[certificate.problem], userAction: 'trust-certificate' };
  if (code !== 'refused') return MEANINGS[code];
  const meaning = errcode === null ? undefined : own(REFUSALS, errcode);
  return meaning ?? BY_STATUS[status] ?? MEANINGS.refused;
}

function conditionOf({ status, errcode, certificate }: WireError): JsonObject | null {
  if (certificate !== null) return { ...certificate };
  if (status === 0) return null;
  return { status, ...(errcode === null ? {} : { errcode: clean(errcode) }) };
}

/** One line, no control characters, no end in sight: much of it is written by the peer. */
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
