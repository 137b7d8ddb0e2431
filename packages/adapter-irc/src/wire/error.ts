import { LinkError, type RefusedCertificate } from '@natter/wire';
import type { IrcLine } from './line.ts';

/** What went wrong on the wire, in the words that decide what a person can do about it. */
export type WireErrorCode =
  | 'aborted' // the caller gave up
  | 'name-not-found' // no address for the host
  | 'connect-refused' // nothing listens there
  | 'connect-failed' // any other failure to reach the host
  | 'timeout' // a step took longer than its limit
  | 'disconnected' // the link broke or the peer closed it
  | 'tls-required' // not encrypted, and nobody allowed that
  | 'tls-failed' // the handshake itself failed
  | 'speaks-tls' // asked in clear, the server answers in TLS
  | 'strict-transport' // the server wants TLS on another port (STS); see `port`
  | 'certificate' // the certificate is not to be trusted; see `certificate`
  | 'limit' // a line is longer than allowed
  | 'protocol' // not what the protocol allows here
  | 'invalid' // what we were asked to say cannot be said
  | 'refused' // the server said no; see `line`
  | 'nick-taken' // somebody else is called that
  | 'no-registration' // the server makes no accounts
  | 'closed-by-server' // ERROR; see `line`
  | 'no-password' // nothing to sign in with
  | 'sasl-failed' // the server refuses the credentials
  | 'sasl-mechanism' // no mechanism that both sides accept
  | 'sasl-downgrade' // the server offers less than it did last time
  | 'sasl-server'; // the server could not prove that it knows the password

/** Details beside code and message. */
export interface WireErrorDetails {
  /** The line by which the server said no. */
  readonly line?: IrcLine;
  readonly certificate?: RefusedCertificate;
  readonly port?: number;
  readonly cause?: unknown;
}

/** The only error the wire throws. `mapping/errors.ts` turns it into plain error data. */
export class WireError extends Error {
  readonly code: WireErrorCode;
  readonly line: IrcLine | null;
  readonly certificate: RefusedCertificate | null;
  readonly port: number | null;
  /** Whether the command may have reached the server. Set by who sent it. */
  sent = false;

  constructor(code: WireErrorCode, message: string, details: WireErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'WireError';
    this.code = code;
    this.line = details.line ?? null;
    this.certificate = details.certificate ?? null;
    this.port = details.port ?? null;
  }
}

/** Gives any thrown value as a WireError; what is not one already becomes `code`. */
export function asWireError(error: unknown, code: WireErrorCode = 'disconnected'): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof LinkError) {
    const { certificate } = error;
    return new WireError(error.code, error.message, {
      ...(certificate === null ? {} : { certificate }),
      cause: error,
    });
  }
  return new WireError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
