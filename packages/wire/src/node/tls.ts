import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { domainToASCII } from 'node:url';
import { LinkError, type CertificateProblem, type RefusedCertificate } from '../link-error.ts';
import type { ClientCertificate, TrustPolicy } from '../trust.ts';

/** What OpenSSL and Node call the problems that a person can tell apart. */
const PROBLEMS: Record<string, CertificateProblem> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  HOSTNAME_MISMATCH: 'wrong-name',
};

const DESCRIPTIONS: Record<CertificateProblem, string> = {
  expired: 'has expired',
  'not-yet-valid': 'is not valid yet',
  'self-signed': 'is self-signed',
  'unknown-issuer': 'was not issued by an authority that is trusted here',
  'wrong-name': 'is for another name',
  invalid: 'is not valid',
};

/** How a socket becomes an encrypted one. */
export interface Handshake {
  /** What the certificate must be for, whatever the host is called. */
  readonly name: string;
  readonly trust: TrustPolicy;
  readonly client: ClientCertificate | null;
  /** Protocols to offer (ALPN); a server that selects none is fine. */
  readonly protocols: readonly string[];
  readonly time: number;
  readonly signal: AbortSignal;
}

/**
 * TLS over a connected socket. Resolves once the certificate and the name are verified; until then not one byte of ours
 * is written. On failure the socket is destroyed.
 */
export async function handshake(socket: Socket, options: Handshake): Promise<TLSSocket> {
  const { trust, client, protocols, time, signal } = options;
  const name = domainToASCII(options.name) || options.name;
  const secureContext = trustContext(socket, trust, client);
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      secureContext,
      ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
      // The verdict is Node's; it is read below, so that a refused certificate can be shown and, by the user, pinned.
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    });
    const settle = (error: LinkError | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      secured.off('secureConnect', verify).off('error', fail).off('close', lost);
      if (error === null) return resolve(secured);
      leave(secured, socket, error.code === 'certificate' && trust.pinned.length > 0);
      reject(error);
    };
    const verify = (): void => settle(refusal(secured, name, trust));
    const fail = (error: Error): void => {
      settle(new LinkError('tls-failed', `the TLS handshake failed: ${error.message}`, { cause: error }));
    };
    const lost = (): void =>
      settle(new LinkError('tls-failed', 'the connection was closed during the TLS handshake'));
    const abort = (): void => settle(new LinkError('aborted', 'the TLS handshake was given up'));
    const timer = setTimeout(() => settle(new LinkError('timeout', 'the TLS handshake took too long')), time);
    secured.on('secureConnect', verify).on('error', fail).on('close', lost);
    // As for the socket below it: an error without a listener would end the process. 'close' follows it.
    secured.on('error', () => {});
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

/**
 * A chain that is at fault breaks the handshake off. Where certificates are pinned the verdict comes behind the handshake,
 * and the server is told that we close (RFC 8446 section 6.1).
 */
function leave(secured: TLSSocket, socket: Socket, politely: boolean): void {
  const destroy = (): void => {
    secured.destroy();
    socket.destroy();
  };
  if (!politely) return destroy();
  secured.destroySoon();
  setImmediate(destroy);
}

/** Authorities that OpenSSL cannot read fail here, before a handshake would leave the socket behind. */
function trustContext(
  socket: Socket,
  { authorities }: TrustPolicy,
  client: ClientCertificate | null,
): SecureContext {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(authorities === null ? {} : { ca: authorities }),
      ...(client === null ? {} : { cert: client.certificate, key: client.key }),
    });
  } catch (error) {
    socket.destroy();
    throw new LinkError('tls-failed', 'the certificates of this account cannot be read', {
      cause: error,
    });
  }
}

function refusal(socket: TLSSocket, name: string, trust: TrustPolicy): LinkError | null {
  if (socket.authorized) return null;
  const certificate = socket.getPeerCertificate();
  if (certificate.fingerprint256 !== undefined && trust.pinned.includes(certificate.fingerprint256))
    return null;
  const refused = describe(certificate, name, problemOf(socket.authorizationError));
  const { problem, names } = refused;
  const told = problem === 'wrong-name' ? ` (${names || 'no name'} instead of ${name})` : '';
  return new LinkError('certificate', `the certificate of ${name} ${DESCRIPTIONS[problem]}${told}`, {
    certificate: refused,
  });
}

/** Node sets a string code for what OpenSSL found and an Error for a name that does not match; the types say only Error. */
function problemOf(error: unknown): CertificateProblem {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  return PROBLEMS[code] ?? 'invalid';
}

function describe(
  certificate: PeerCertificate,
  expected: string,
  problem: CertificateProblem,
): RefusedCertificate {
  const issuer = certificate.issuer as Record<string, string> | undefined; // {} or missing when no certificate was shown
  return {
    problem,
    expected,
    names: certificate.subjectaltname ?? '',
    issuer: issuer?.['O'] ?? issuer?.['CN'] ?? '',
    validFrom: certificate.valid_from ?? '',
    validTo: certificate.valid_to ?? '',
    fingerprint: certificate.fingerprint256 ?? '',
  };
}
