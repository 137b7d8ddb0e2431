import type { Fault, FaultKind } from './fault.ts';

/** Node's error codes (errno(3), OpenSSL's X509_V_ERR names, and Node's own) by what they mean to a person. */
const kinds: Readonly<Record<string, FaultKind>> = {
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  EAI_NONAME: 'name-not-found',
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'timeout',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-name',
  HOSTNAME_MISMATCH: 'certificate-wrong-name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
  CERT_SIGNATURE_FAILURE: 'certificate-untrusted',
  CERT_UNTRUSTED: 'certificate-untrusted',
  CERT_REJECTED: 'certificate-untrusted',
  CERT_REVOKED: 'certificate-untrusted',
  CERT_CHAIN_TOO_LONG: 'certificate-untrusted',
  INVALID_CA: 'certificate-untrusted',
  INVALID_PURPOSE: 'certificate-untrusted',
  EPROTO: 'no-tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no-tls',
};

const details: Readonly<Partial<Record<FaultKind, (at: string) => string>>> = {
  'name-not-found': (at) => `the name of the server ${at} does not resolve`,
  'connection-refused': (at) => `nothing listens at ${at}`,
  timeout: (at) => `${at} does not answer`,
  'certificate-expired': (at) => `the certificate of ${at} has expired or is not valid yet`,
  'certificate-wrong-name': (at) => `the certificate of ${at} is for another name`,
  'certificate-untrusted': (at) => `the certificate of ${at} is not signed by an authority that is trusted`,
  'no-tls': (at) => `${at} does not speak TLS`,
};

/** What an error of `ws`, TLS or TCP means. `opened`: whether the WebSocket stood already. */
export function faultOfError(error: Error, opened: boolean, url: URL): Fault {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const kind = kinds[code];
  const detail = kind === undefined ? undefined : details[kind]?.(url.host);
  if (kind !== undefined && detail !== undefined && !opened) return { kind, detail };
  if (code.startsWith('WS_ERR_'))
    return { kind: 'protocol', detail: `the server broke the WebSocket protocol (${code})` };
  // `ws` gives no code when the handshake is wrong: no WebSocket, or none with our subprotocol.
  if (!opened && code === '') return { kind: 'protocol', detail: `${url.host} is no natter server` };
  return { kind: 'lost', detail: `the connection to ${url.host} broke${code === '' ? '' : ` (${code})`}` };
}

/** RFC 9110 section 10.2.3: seconds, or a date that this reader does not need. */
export function faultOfStatus(status: number, retryAfter: string | undefined): Fault {
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  return {
    kind: 'status',
    detail: `the server answered with HTTP status ${status} instead of a WebSocket`,
    status,
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfter: seconds * 1000 } : {}),
  };
}
