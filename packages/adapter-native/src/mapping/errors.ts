import {
  errorData,
  NatterError,
  toErrorData,
  type Ended,
  type ErrorCode as Code,
  type ErrorData,
  type ErrorScope,
  type JsonObject,
  type Outcome,
  type UserAction,
} from '@natter/core';
import type { ErrorCode, WireError } from '@natter/native-protocol';
import type { Fault, FaultKind } from '../wire/fault.ts';
import { RequestError } from '../wire/request-error.ts';

/** What an error of the server means: for the user, and for the operation that met it. */
interface Meaning {
  readonly code: Code;
  /** `not-sent`: nothing was done and it may be tried again. `unknown`: it may have been done. */
  readonly outcome: 'refused' | 'not-sent' | 'unknown';
  readonly userAction?: UserAction;
}

const meanings: Readonly<Record<ErrorCode, Meaning>> = {
  malformed: { code: 'internal', outcome: 'refused', userAction: 'report' },
  'too-large': { code: 'too-large', outcome: 'refused', userAction: 'shorten' },
  'too-deep': { code: 'too-large', outcome: 'refused', userAction: 'shorten' },
  'too-fast': { code: 'rate-limited', outcome: 'not-sent', userAction: 'wait' },
  'unknown-type': { code: 'unsupported', outcome: 'refused' },
  invalid: { code: 'invalid', outcome: 'refused' },
  'not-signed-in': { code: 'offline', outcome: 'not-sent' },
  'already-signed-in': { code: 'internal', outcome: 'refused', userAction: 'report' },
  'bad-credentials': { code: 'authentication', outcome: 'refused', userAction: 'sign-in' },
  'token-invalid': { code: 'authentication', outcome: 'refused', userAction: 'sign-in' },
  suspended: { code: 'suspended', outcome: 'refused', userAction: 'contact-operator' },
  'registration-closed': { code: 'registration-closed', outcome: 'refused', userAction: 'contact-operator' },
  'invite-invalid': { code: 'registration-closed', outcome: 'refused', userAction: 'contact-operator' },
  'name-taken': { code: 'conflict', outcome: 'refused', userAction: 'choose' },
  'password-weak': { code: 'invalid', outcome: 'refused', userAction: 'choose' },
  'not-found': { code: 'not-found', outcome: 'refused', userAction: 'check-address' },
  forbidden: { code: 'forbidden', outcome: 'refused' },
  blocked: { code: 'forbidden', outcome: 'refused' },
  conflict: { code: 'conflict', outcome: 'refused', userAction: 'report' },
  full: { code: 'too-large', outcome: 'refused' },
  'cursor-unknown': { code: 'server', outcome: 'refused' },
  replaced: { code: 'replaced', outcome: 'not-sent', userAction: 'sign-in' },
  'going-away': { code: 'server', outcome: 'not-sent', userAction: 'wait' },
  unavailable: { code: 'server', outcome: 'not-sent', userAction: 'retry' },
  internal: { code: 'server', outcome: 'unknown', userAction: 'retry' },
};

/** Beside the server's own sentence, for what a person meets often. */
const sentences: Readonly<Partial<Record<ErrorCode, string>>> = {
  'bad-credentials': 'unknown user or wrong password',
  'token-invalid': 'this device is no longer signed in: sign in again by password',
  replaced: 'the same device has connected again elsewhere',
  'registration-closed': 'this server registers nobody; ask its operator for an account',
  'invite-invalid': 'this server wants an invitation, and this one is missing, unknown, used or expired',
};

const faultCodes: Readonly<Record<FaultKind, Code>> = {
  'name-not-found': 'name-not-found',
  'connection-refused': 'connection-refused',
  timeout: 'timeout',
  'certificate-untrusted': 'certificate-untrusted',
  'certificate-expired': 'certificate-expired',
  'certificate-wrong-name': 'certificate-wrong-name',
  'no-tls': 'tls-required',
  status: 'network',
  protocol: 'protocol',
  lost: 'network',
  stalled: 'network',
  told: 'network',
  closed: 'closed',
};

const faultActions: Readonly<Partial<Record<FaultKind, UserAction>>> = {
  'name-not-found': 'check-address',
  'connection-refused': 'check-address',
  timeout: 'check-network',
  'certificate-untrusted': 'trust-certificate',
  'certificate-expired': 'contact-operator',
  'certificate-wrong-name': 'check-address',
  'no-tls': 'check-address',
  protocol: 'contact-operator',
};

/** An error that the server told. Its text is data: it is cut and cleaned before it becomes part of a message. */
function errorOfWire(error: WireError, scope: ErrorScope): ErrorData {
  const { code, outcome, userAction } = meanings[error.code];
  return errorData(code, sentenceOf(error), {
    scope,
    retriable: outcome !== 'refused',
    certain: outcome !== 'unknown',
    condition: conditionOf(error),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
    ...(userAction === undefined ? {} : { userAction }),
  });
}

/** The end of a connection as an error. */
function errorOfFault(fault: Fault, scope: ErrorScope, certain = true): ErrorData {
  if (fault.error !== undefined) return { ...errorOfWire(fault.error, scope), certain };
  const userAction = faultActions[fault.kind];
  return errorData(faultCodes[fault.kind], fault.detail, {
    scope,
    certain,
    retriable: true,
    ...(fault.status === undefined ? {} : { condition: { status: fault.status } }),
    ...(fault.retryAfter === undefined ? {} : { retryAfter: fault.retryAfter }),
    ...(userAction === undefined ? {} : { userAction }),
  });
}

/** Whatever a request rejected with, or the code around it threw, as an error. */
export function errorOf(caught: unknown, scope: ErrorScope): ErrorData {
  if (!(caught instanceof RequestError)) return toErrorData(caught, { scope });
  const { failure } = caught;
  switch (failure.kind) {
    case 'refused':
      return errorOfWire(failure.error, scope);
    case 'ended':
      return errorOfFault(failure.fault, scope, !failure.sent);
    case 'aborted':
      return errorData('aborted', 'cancelled', { scope, certain: !failure.sent });
  }
}

/** The same, for methods that reject with a NatterError. */
export function natterError(caught: unknown, scope: ErrorScope): NatterError {
  return NatterError.isInstance(caught) ? caught : new NatterError(errorOf(caught, scope));
}

/** What became of an operation whose request failed. */
export function outcomeOfFailure(caught: unknown): Outcome {
  const error = errorOf(caught, 'operation');
  if (!(caught instanceof RequestError)) return { result: 'refused', error };
  const { failure } = caught;
  if (failure.kind === 'refused') return { result: meanings[failure.error.code].outcome, error };
  return { result: failure.sent ? 'unknown' : 'not-sent', error };
}

/** The answer to an operation that the network would refuse, before it is asked. */
export function refused(code: Code, message: string, userAction?: UserAction): Outcome {
  const error = errorData(code, message, {
    scope: 'operation',
    ...(userAction === undefined ? {} : { userAction }),
  });
  return { result: 'refused', error };
}

/** Why a run is over, from the end of its connection. */
export function endedByFault(fault: Fault): Ended {
  if (fault.error !== undefined) return endedByWire(fault.error);
  if (fault.kind === 'closed') return { why: 'stopped' };
  const error = errorOfFault(fault, 'account');
  // Trying again changes nothing about a certificate, and somebody may be listening.
  if (error.code.startsWith('certificate-')) return { why: 'needsTrust', error };
  return {
    why: 'network',
    error,
    ...(fault.retryAfter === undefined ? {} : { retryAfter: fault.retryAfter }),
  };
}

/** Why a run is over, from what the server said at sign-in or when it closed the connection. */
export function endedByWire(wire: WireError): Ended {
  const error = errorOfWire(wire, 'account');
  switch (wire.code) {
    case 'bad-credentials':
    case 'token-invalid':
    case 'not-found':
      return { why: 'needsLogin', error };
    case 'suspended':
    case 'forbidden':
      return { why: 'refused', error };
    case 'replaced':
      return { why: 'replaced', error };
    default:
      return {
        why: 'network',
        error,
        ...(wire.retryAfter === undefined ? {} : { retryAfter: wire.retryAfter }),
      };
  }
}

/** Why a run is over, from whatever was thrown in it: a wrong setting, a store that is gone, a broken connection. */
export function endedByError(caught: unknown): Ended {
  if (caught instanceof RequestError && caught.failure.kind === 'ended')
    return endedByFault(caught.failure.fault);
  const error = errorOf(caught, 'account');
  if (caught instanceof RequestError) return { why: 'network', error };
  switch (error.code) {
    case 'invalid':
    case 'tls-required':
      return { why: 'refused', error };
    case 'secret':
      return { why: 'needsLogin', error };
    default:
      return { why: 'network', error };
  }
}

function sentenceOf(error: WireError): string {
  if (error.code === 'suspended') {
    const reason = error.reason === undefined ? '' : `: ${clean(error.reason)}`;
    const until = error.until === undefined ? '' : ` (until ${isoDate(error.until)})`;
    return `the account is suspended${reason}${until}`;
  }
  return sentences[error.code] ?? (clean(error.message) || error.code);
}

function conditionOf(error: WireError): JsonObject {
  return {
    native: error.code,
    ...(error.field === undefined ? {} : { field: clean(error.field) }),
    ...(error.reason === undefined ? {} : { reason: clean(error.reason) }),
    ...(error.until === undefined ? {} : { until: error.until }),
  };
}

/** One line without control characters (Unicode's category C), of a bounded length. */
function clean(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

function isoDate(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'a time unknown' : date.toISOString();
}
