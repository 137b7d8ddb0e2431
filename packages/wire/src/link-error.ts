/** What went wrong below a protocol, in the words that decide what a person can do about it. */
export type LinkErrorCode =
  | 'aborted' // the caller gave up
  | 'name-not-found' // no address for the host
  | 'connect-refused' // nothing listens there
  | 'connect-failed' // any other failure to reach the host
  | 'timeout' // a step took longer than its limit
  | 'tls-failed' // the handshake itself failed
  | 'certificate' // the certificate is not to be trusted; see `certificate`
  | 'sasl-failed' // the credentials cannot be used
  | 'sasl-downgrade' // somebody on the way has taken mechanisms out of the offer
  | 'sasl-server'; // the server could not prove that it knows the password

/** Why a certificate was refused. */
export type CertificateProblem =
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'unknown-issuer'
  | 'wrong-name'
  | 'invalid';

/** The refused certificate, for a person to look at. Every text in it was written by the peer. */
export interface RefusedCertificate {
  readonly problem: CertificateProblem;
  /** The name that the certificate had to carry. */
  readonly expected: string;
  /** The names it carries, as printed in its subject alternative names. */
  readonly names: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256 of the certificate, upper-case hexadecimal pairs with colons; empty when none was shown. */
  readonly fingerprint: string;
}

/** The only error of this package. A protocol has errors of its own and takes this one over by its code. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  readonly certificate: RefusedCertificate | null;

  constructor(
    code: LinkErrorCode,
    message: string,
    details: { readonly certificate?: RefusedCertificate; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LinkError';
    this.code = code;
    this.certificate = details.certificate ?? null;
  }
}
