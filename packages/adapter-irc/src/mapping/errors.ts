import {
  errorData,
  toErrorData,
  type ErrorData,
  type ErrorCode,
  type ErrorScope,
  type JsonObject,
  type UserAction,
} from '@natter/core/model';
import type { Ended, Outcome } from '@natter/core';
import { own, type CertificateProblem } from '@natter/wire';
import type { WireError, WireErrorCode } from '../wire/error.ts';
import { WireError as WireErrorClass } from '../wire/error.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';

interface Meaning {
  readonly code: ErrorCode;
  /** What it means for a person, where the server's words do not say it. */
  readonly hint?: string;
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
  'speaks-tls': { code: 'tls-required' },
  'strict-transport': { code: 'tls-required' },
  certificate: { code: 'certificate-untrusted' },
  limit: { code: 'protocol', retriable: true },
  protocol: { code: 'protocol', retriable: true },
  invalid: { code: 'invalid' },
  refused: { code: 'forbidden' },
  'nick-taken': { code: 'conflict', userAction: 'choose' },
  'no-registration': { code: 'registration-closed', userAction: 'contact-operator' },
  'closed-by-server': { code: 'network', retriable: true },
  'no-password': { code: 'secret', userAction: 'sign-in' },
  'sasl-failed': { code: 'authentication', userAction: 'sign-in' },
  'sasl-mechanism': { code: 'authentication', userAction: 'sign-in' },
  'sasl-downgrade': { code: 'downgrade', userAction: 'sign-in' },
  'sasl-server': { code: 'authentication', userAction: 'contact-operator' },
};

const CERTIFICATES: Record<CertificateProblem, ErrorCode> = {
  expired: 'certificate-expired',
  'not-yet-valid': 'certificate-expired',
  'wrong-name': 'certificate-wrong-name',
  'self-signed': 'certificate-untrusted',
  'unknown-issuer': 'certificate-untrusted',
  invalid: 'certificate-untrusted',
};

/** Numerics and FAIL codes that say no, in natter's words. */
const REFUSALS: Readonly<Record<string, Meaning>> = {
  '401': { code: 'not-found', userAction: 'check-address' },
  '402': { code: 'not-found' },
  '403': { code: 'not-found', userAction: 'check-address' },
  '404': { code: 'forbidden', hint: 'nobody may talk there now, or you may not' },
  '405': { code: 'too-large', hint: 'leave a channel first' }, // too many channels
  '406': { code: 'not-found' },
  '411': { code: 'invalid' },
  '412': { code: 'invalid' },
  '417': { code: 'too-large', userAction: 'shorten' },
  '421': { code: 'unsupported' },
  '432': { code: 'invalid' },
  '433': { code: 'conflict', userAction: 'choose', hint: 'somebody has this nick' },
  '436': { code: 'conflict', userAction: 'choose', hint: 'somebody has this nick' },
  '437': { code: 'conflict', retriable: true, userAction: 'wait' },
  '438': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  '441': { code: 'not-found' },
  '442': { code: 'forbidden', hint: 'join the channel first' },
  '443': { code: 'conflict' },
  '461': { code: 'invalid' },
  '465': { code: 'suspended', userAction: 'contact-operator', hint: 'you are banned from this server' },
  '471': { code: 'too-large', retriable: true, userAction: 'wait', hint: 'the channel is full' },
  '473': { code: 'forbidden', hint: 'the channel is by invitation: ask a member for one' },
  '474': { code: 'forbidden', hint: 'you are banned from the channel' },
  '475': {
    code: 'forbidden',
    userAction: 'choose',
    hint: 'the channel has a key, and it was not given or is another one',
  },
  '476': { code: 'invalid', userAction: 'check-address' },
  '477': {
    code: 'forbidden',
    userAction: 'sign-in',
    hint: 'only registered nicks may: sign in with an account',
  },
  '478': { code: 'too-large' },
  '479': { code: 'invalid', userAction: 'check-address' },
  '481': { code: 'forbidden' },
  '482': { code: 'forbidden', hint: 'only operators of the channel may' },
  '716': { code: 'forbidden', hint: 'they take messages only of those whom they have accepted' },
  '263': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  '439': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  UNKNOWN_MSGID: { code: 'not-found' },
  REDACT_FORBIDDEN: { code: 'forbidden' },
  REDACT_WINDOW_EXPIRED: { code: 'forbidden' },
  MESSAGE_ERROR: { code: 'server' },
  INVALID_TARGET: { code: 'not-found' },
  ACCOUNT_REQUIRED: { code: 'forbidden', userAction: 'sign-in' },
  INVALID_UTF8: { code: 'invalid' },
  INVALID_PARAMS: { code: 'invalid' },
  NEED_MORE_PARAMS: { code: 'invalid' },
  UNKNOWN_COMMAND: { code: 'unsupported' },
  INVALID_MSGREFTYPE: { code: 'unsupported' },
  INVALID_REASON: { code: 'invalid' },
  UNKNOWN_ERROR: { code: 'server', retriable: true },
  TEMPORARILY_UNAVAILABLE: { code: 'rate-limited', retriable: true, userAction: 'wait' },
  RATE_LIMITED: { code: 'rate-limited', retriable: true, userAction: 'wait' },
  MULTILINE_MAX_BYTES: { code: 'too-large', userAction: 'shorten' },
  MULTILINE_MAX_LINES: { code: 'too-large', userAction: 'shorten' },
  MULTILINE_INVALID: { code: 'invalid' },
  MULTILINE_INVALID_TARGET: { code: 'invalid' },
  ACCOUNT_EXISTS: { code: 'conflict', userAction: 'choose' },
  ACCOUNT_NAME_MUST_BE_NICK: { code: 'invalid' },
  BAD_ACCOUNT_NAME: { code: 'invalid' },
  ALREADY_AUTHENTICATED: { code: 'conflict' },
  COMPLETE_CONNECTION_REQUIRED: { code: 'unsupported' },
  DISALLOWED: { code: 'registration-closed', userAction: 'contact-operator' },
  INVALID_EMAIL: { code: 'invalid' },
  UNACCEPTABLE_EMAIL: { code: 'invalid' },
  UNACCEPTABLE_PASSWORD: { code: 'invalid' },
  WEAK_PASSWORD: { code: 'invalid' },
  INVALID_CODE: { code: 'authentication' },
  NICKNAME_RESERVED: { code: 'conflict', userAction: 'choose' },
  CANNOT_SEND_RP: { code: 'forbidden' },
};

/** Everything that can go wrong, as data. What the server said is kept as the condition: never parsed by core. */
export function mapError(caught: unknown, scope: ErrorScope = 'account'): ErrorData {
  if (!(caught instanceof WireErrorClass)) return toErrorData(caught, { scope });
  const { code, retriable = false, userAction } = meaningOf(caught);
  const condition = conditionOf(caught);
  return errorData(code, clean(messageOf(caught)), {
    scope,
    retriable,
    certain: !caught.sent,
    ...(userAction === undefined ? {} : { userAction }),
    ...(condition === null ? {} : { condition }),
  });
}

/** How a connection attempt that broke ends. */
export function mapEnded(error: WireError): Ended {
  const data = mapError(error);
  if (data.code === 'aborted') return { why: 'stopped' };
  if (['authentication', 'downgrade', 'secret'].includes(data.code))
    return { why: 'needsLogin', error: data };
  if (data.code.startsWith('certificate-')) return { why: 'needsTrust', error: data };
  if (!data.retriable) return { why: 'refused', error: data };
  // "Throttled", "reconnecting too fast": trying at once makes it worse.
  return /throttl|too fast|too many/i.test(data.message)
    ? { why: 'network', error: data, retryAfter: 60_000 }
    : { why: 'network', error: data };
}

/** How an operation that failed ends: not sent, refused, or nobody knows. */
export function failedOutcome(caught: unknown): Outcome {
  const error = mapError(caught, 'operation');
  if (!error.certain) return { result: 'unknown', error };
  // "Try again" is for us to do; a full channel is for the user to decide.
  const refused =
    caught instanceof WireErrorClass && caught.code === 'refused' && error.code !== 'rate-limited';
  const again = (error.retriable && !refused) || error.code === 'aborted';
  return { result: again ? 'not-sent' : 'refused', error };
}

/** The error of a line by which the server refused a command. */
export function refusal(line: IrcLine): WireErrorClass {
  return new WireErrorClass('refused', lastParam(line) || 'the server refused it', { line });
}

function meaningOf(error: WireError): Meaning {
  const { code, certificate, line } = error;
  if (certificate !== null)
    return { code: CERTIFICATES[certificate.problem], userAction: 'trust-certificate' };
  // K-line and its kin come as ERROR when they hit a session that is under way.
  if (code === 'closed-by-server' && /\b[DEGKXZ]:?-?lined?\b|banned|\bakill/i.test(error.message))
    return { code: 'suspended', userAction: 'contact-operator' };
  if (code === 'closed-by-server' && /bad password|access denied|not authori[sz]ed/i.test(error.message))
    return MEANINGS['sasl-failed'];
  if (code !== 'refused' || line === null) return MEANINGS[code];
  return own(REFUSALS, line.command === 'FAIL' ? param(line, 1) : line.command) ?? MEANINGS.refused;
}

function messageOf(error: WireError): string {
  const { code, message, line } = error;
  if (code === 'sasl-failed') return 'the user name or the password is wrong';
  if (code === 'sasl-mechanism')
    return `${message}; sign in as "server" (server password) or "none" with the setting signIn if that is meant`;
  if (code === 'refused' && line !== null) {
    const { hint } = meaningOf(error);
    return hint === undefined ? `the server said: ${message}` : `${hint} (the server said: ${message})`;
  }
  if (code === 'closed-by-server') return `the server closed the connection: ${message}`;
  return message;
}

function conditionOf({ line, certificate }: WireError): JsonObject | null {
  if (certificate !== null) return { ...certificate };
  if (line === null) return null;
  return { command: line.command, params: line.params.slice(0, 10).map(clean) };
}

/** One line, no control characters, no end in sight: much of it is written by the peer. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
