import {
  errorData,
  type ErrorCode,
  type ErrorData,
  type ErrorScope,
  type JsonObject,
  type UserAction,
} from '@natter/core/model';
import type { Ended } from '@natter/core';
import { own, type CertificateProblem } from '@natter/wire';
import { bareAddress } from '../wire/address.ts';
import type { WireError, WireErrorCode } from '../wire/error.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly retriable?: boolean;
  readonly userAction?: UserAction;
}

/** What each wire error means to a person. Conditions refine it below. */
const MEANINGS: Readonly<Record<WireErrorCode, Meaning>> = {
  aborted: { code: 'aborted' },
  'bad-address': { code: 'invalid', userAction: 'check-address' },
  'name-not-found': { code: 'name-not-found', retriable: true, userAction: 'check-address' },
  'connect-refused': { code: 'connection-refused', retriable: true, userAction: 'check-network' },
  'connect-failed': { code: 'network', retriable: true, userAction: 'check-network' },
  timeout: { code: 'timeout', retriable: true, userAction: 'check-network' },
  disconnected: { code: 'network', retriable: true },
  'tls-required': { code: 'tls-required', userAction: 'contact-operator' },
  'tls-failed': { code: 'network', retriable: true, userAction: 'contact-operator' },
  certificate: { code: 'certificate-untrusted', userAction: 'trust-certificate' },
  malformed: { code: 'protocol', retriable: true, userAction: 'contact-operator' },
  limit: { code: 'protocol', retriable: true, userAction: 'contact-operator' },
  protocol: { code: 'protocol', retriable: true, userAction: 'contact-operator' },
  'stream-error': { code: 'network', retriable: true },
  'stanza-error': { code: 'server', retriable: false },
  'entry-refused': { code: 'forbidden' },
  'no-password': { code: 'secret', userAction: 'sign-in' },
  'sasl-failed': { code: 'authentication', userAction: 'sign-in' },
  'sasl-mechanism': { code: 'authentication', userAction: 'contact-operator' },
  'sasl-task': { code: 'authentication', userAction: 'contact-operator' },
  'sasl-downgrade': { code: 'downgrade', userAction: 'sign-in' },
  'sasl-server': { code: 'protocol', userAction: 'contact-operator' },
};

/** RFC 6120 sections 4.9.3, 6.5 and 8.3.3, XEP-0198. */
const CONDITIONS: Readonly<Record<string, Meaning>> = {
  'stream-error conflict': { code: 'replaced', userAction: 'retry' },
  'stream-error not-authorized': { code: 'authentication', userAction: 'sign-in' },
  'stream-error host-unknown': { code: 'not-found', userAction: 'check-address' },
  'stream-error host-gone': { code: 'not-found', userAction: 'check-address' },
  'stream-error policy-violation': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  'stream-error internal-server-error': { code: 'server', retriable: true, userAction: 'wait' },
  'stream-error resource-constraint': { code: 'server', retriable: true, userAction: 'wait' },
  'sasl-failed account-disabled': { code: 'suspended', userAction: 'contact-operator' },
  'sasl-failed temporary-auth-failure': { code: 'server', retriable: true, userAction: 'wait' },
  'entry-refused conflict': { code: 'conflict', userAction: 'choose' },
  'entry-refused gone': { code: 'not-found', userAction: 'check-address' },
  'entry-refused item-not-found': { code: 'not-found', userAction: 'check-address' },
  'entry-refused jid-malformed': { code: 'invalid', userAction: 'choose' },
  'entry-refused not-acceptable': { code: 'forbidden', userAction: 'choose' },
  'entry-refused remote-server-not-found': { code: 'not-found', userAction: 'check-address' },
  'entry-refused remote-server-timeout': { code: 'network', retriable: true, userAction: 'wait' },
  'entry-refused resource-constraint': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  'entry-refused service-unavailable': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  'stanza-error bad-request': { code: 'invalid' },
  'stanza-error conflict': { code: 'conflict', userAction: 'choose' },
  'stanza-error feature-not-implemented': { code: 'unsupported' },
  'stanza-error forbidden': { code: 'forbidden' },
  'stanza-error gone': { code: 'not-found' },
  'stanza-error item-not-found': { code: 'not-found' },
  'stanza-error jid-malformed': { code: 'invalid', userAction: 'check-address' },
  'stanza-error not-acceptable': { code: 'invalid' },
  'stanza-error not-allowed': { code: 'forbidden' },
  'stanza-error not-authorized': { code: 'forbidden' },
  'stanza-error policy-violation': { code: 'too-large', userAction: 'shorten' },
  'stanza-error recipient-unavailable': { code: 'not-found' },
  'stanza-error registration-required': { code: 'forbidden' },
  'stanza-error remote-server-not-found': { code: 'not-found', userAction: 'check-address' },
  'stanza-error remote-server-timeout': { code: 'network', retriable: true, userAction: 'wait' },
  'stanza-error resource-constraint': { code: 'rate-limited', retriable: true, userAction: 'wait' },
  'stanza-error service-unavailable': { code: 'unsupported' },
  'stanza-error subscription-required': { code: 'forbidden' },
};

/** Why a sign-in was refused (RFC 6120 section 6.5). */
const REFUSALS: Readonly<Record<string, string>> = {
  'not-authorized': 'the user name or the password is wrong',
  'invalid-authzid': 'the user name or the password is wrong',
  'credentials-expired': 'the password has expired; set another one first',
  'encryption-required': 'the server wants an encrypted connection to sign in',
  'mechanism-too-weak': 'the server wants a stronger way to sign in',
};

/** Why a room did not let us in (XEP-0045 section 7.2). */
const CLOSED_DOORS: Readonly<Record<string, string>> = {
  conflict: 'somebody in the room has that nick',
  forbidden: 'you are banned from the room',
  gone: 'the room is no more',
  'item-not-found': 'there is no such room, or it is not open yet',
  'jid-malformed': 'the room does not take that nick',
  'not-acceptable': 'the room lets you in only under the nick that is reserved for you',
  'not-allowed': 'there is no such room, and you may not open one there',
  'not-authorized': 'the room wants its password',
  'registration-required': 'the room is for its members only',
  'remote-server-not-found': 'there is no server of that name',
  'service-unavailable': 'the room is full, or there are no rooms there',
};

/** What a refused certificate means and what can be done about it. */
const CERTIFICATES: Readonly<Record<CertificateProblem, Meaning & { readonly advice: string }>> = {
  expired: {
    code: 'certificate-expired',
    userAction: 'contact-operator',
    advice: 'the operator of the server has to renew it',
  },
  'not-yet-valid': {
    code: 'certificate-expired',
    userAction: 'contact-operator',
    advice: 'check the clock of this machine',
  },
  'wrong-name': {
    code: 'certificate-wrong-name',
    userAction: 'check-address',
    advice: 'check the address and the server',
  },
  'self-signed': {
    code: 'certificate-untrusted',
    userAction: 'trust-certificate',
    advice: 'trust it only if you know it',
  },
  'unknown-issuer': {
    code: 'certificate-untrusted',
    userAction: 'trust-certificate',
    advice: 'trust its authority only if you know it',
  },
  invalid: {
    code: 'certificate-untrusted',
    userAction: 'contact-operator',
    advice: 'the operator of the server has to mend it',
  },
};

/** A wire error as plain data. `certain`: whether it is known that nothing happened. */
export function mapError(error: WireError, scope: ErrorScope = 'account', certain = true): ErrorData {
  const meaning = meaningOf(error);
  const condition = conditionOf(error);
  return errorData(meaning.code, clean(messageOf(error, meaning.code)), {
    scope,
    retriable: meaning.retriable ?? false,
    certain,
    ...(meaning.userAction === undefined ? {} : { userAction: meaning.userAction }),
    ...(condition === null ? {} : { condition }),
  });
}

/**
 * Why a message of ours came back. For messages a server says `service-unavailable` when there is no such account (RFC 6121
 * section 8.5.1), which is not what the condition means elsewhere.
 */
export function mapBounce(error: WireError): ErrorData {
  const data = mapError(error, 'message');
  if (error.condition !== 'service-unavailable') return data;
  return {
    ...data,
    code: 'not-found',
    message: 'there is nobody by that address',
    userAction: 'check-address',
  };
}

/** What a connection attempt ends with: only faults of the network are tried again by themselves. */
export function mapEnded(error: WireError): Ended {
  const data = mapError(error);
  if (data.code === 'aborted') return { why: 'stopped' };
  if (data.code === 'replaced') return { why: 'replaced', error: data };
  if (['authentication', 'downgrade', 'secret'].includes(data.code))
    return { why: 'needsLogin', error: data };
  if (data.code.startsWith('certificate-')) return { why: 'needsTrust', error: data };
  return data.retriable ? { why: 'network', error: data } : { why: 'refused', error: data };
}

function meaningOf({ code, condition, certificate }: WireError): Meaning {
  if (certificate !== null) return CERTIFICATES[certificate.problem];
  return own(CONDITIONS, `${code} ${condition ?? ''}`) ?? MEANINGS[code];
}

function messageOf(error: WireError, code: ErrorCode): string {
  if (error.certificate !== null)
    return `${error.message}; ${CERTIFICATES[error.certificate.problem].advice}`;
  if (error.code === 'sasl-failed' && code === 'authentication')
    return own(REFUSALS, error.condition ?? '') ?? `the server refused the sign-in: ${error.message}`;
  if (code === 'downgrade') return `${error.message}; sign in again if that is meant to be`;
  if (code === 'tls-required') return `${error.message}, and this account requires it`;
  if (error.code === 'stanza-error') return `the server said: ${error.message}`;
  if (error.code === 'entry-refused') return closedDoor(error);
  return error.message;
}

function closedDoor({ condition, text, message, location }: WireError): string {
  const why = own(CLOSED_DOORS, condition ?? '');
  if (why === undefined) return `the room did not let you in: ${message}`;
  const elsewhere = readRoomAddress(location);
  return why + (text ? `: ${text}` : '') + (elsewhere === null ? '' : `; it goes on at ${elsewhere}`);
}

/** The room in a link to it (RFC 5122; XEP-0045 section 10.9), or null. */
function readRoomAddress(link: string | null): string | null {
  return bareAddress(link?.replace(/^xmpp:/, '').replace(/\?.*$/s, ''));
}

function conditionOf(error: WireError): JsonObject | null {
  const { certificate } = error;
  if (certificate !== null) return { ...certificate };
  if (error.condition === null) return null;
  return { condition: error.condition, ...(error.text ? { text: clean(error.text) } : {}) };
}

/** One line, no control characters, no end in sight: much of it is written by the peer. */
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
