import { LinkError, type RefusedCertificate } from '@natter/wire';

/** What went wrong on the wire, in the words that decide what a person can do about it. */
export type WireErrorCode =
  | 'aborted' // the caller gave up
  | 'name-not-found' // no address for the host
  | 'connect-refused' // nothing listens there
  | 'connect-failed' // any other failure to reach the host
  | 'timeout' // nothing came for too long
  | 'disconnected' // the link broke before the answer was whole
  | 'tls-required' // not encrypted, and nobody allowed that
  | 'tls-failed' // the handshake itself failed
  | 'certificate' // the certificate is not to be trusted; see `certificate`
  | 'limit' // the answer is larger or deeper than allowed
  | 'protocol' // what came is no answer of a homeserver
  | 'invalid' // what we were asked to say cannot be said
  | 'discovery' // the server's name leads to no homeserver
  | 'no-token' // nothing to sign in with
  | 'refused'; // the homeserver said no; see `status` and `errcode`

/** Details beside code and message. */
export interface WireErrorDetails {
  /** Of HTTP; 0 when there was no answer. */
  readonly status?: number;
  /** `M_FORBIDDEN` and its like, when the answer had one. */
  readonly errcode?: string;
  /** M_UNKNOWN_TOKEN alone: the same device may sign in again. */
  readonly softLogout?: boolean;
  /** Milliseconds. */
  readonly retryAfter?: number;
  readonly certificate?: RefusedCertificate;
  readonly cause?: unknown;
}

/** The only error the wire throws. `mapping/errors.ts` turns it into plain error data. */
export class WireError extends Error {
  readonly code: WireErrorCode;
  readonly status: number;
  readonly errcode: string | null;
  readonly softLogout: boolean;
  readonly retryAfter: number | null;
  readonly certificate: RefusedCertificate | null;
  /** Whether the request may have reached the server. Set by who sent it. */
  sent = false;

  constructor(code: WireErrorCode, message: string, details: WireErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'WireError';
    this.code = code;
    this.status = details.status ?? 0;
    this.errcode = details.errcode ?? null;
    this.softLogout = details.softLogout ?? false;
    this.retryAfter = details.retryAfter ?? null;
    this.certificate = details.certificate ?? null;
  }
}

const LINK_CODES: Partial<Record<LinkError['code'], WireErrorCode>> = {
  aborted: 'aborted',
  'name-not-found': 'name-not-found',
  'connect-refused': 'connect-refused',
  timeout: 'timeout',
  'tls-failed': 'tls-failed',
  certificate: 'certificate',
};

/** Gives any thrown value as a WireError; what is not one already becomes `code`. */
export function asWireError(error: unknown, code: WireErrorCode = 'disconnected'): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof LinkError) {
    const { certificate } = error;
    return new WireError(LINK_CODES[error.code] ?? 'connect-failed', error.message, {
      ...(certificate === null ? {} : { certificate }),
      cause: error,
    });
  }
  return new WireError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
