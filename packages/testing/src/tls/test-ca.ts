import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;

/** What a certificate shall say. */
export interface CertificateRequest {
  /** DNS names and IP addresses the certificate is valid for; the first becomes its common name. */
  readonly hosts: readonly string[];
  /** Start of validity; by default yesterday. */
  readonly notBefore?: Date;
  /** End of validity; by default a week from now. */
  readonly notAfter?: Date;
}

/** A certificate with its private key, all in PEM. */
export interface IssuedCertificate {
  /** The server's certificate followed by its issuer's, as servers want it. */
  readonly chain: string;
  /** The server's certificate alone. */
  readonly certificate: string;
  /** The private key, PKCS #8. */
  readonly key: string;
}

/**
 * A way in which a certificate is not to be trusted: past its end, before its start, for another host, signed by
 * itself, or signed by an authority that nobody was told to trust.
 */
export type CertificateFault =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'
  | 'unknown-authority';

/** An authority that lives as long as the test that made it. */
export interface TestCa {
  /** The authority's own certificate in PEM: what a client is told to trust. */
  readonly certificate: string;
  /** Makes a certificate that is sound, unless the request's dates say otherwise. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
  /** Makes a certificate for these hosts that a careful client refuses, for exactly this one reason. */
  issueFaulty(fault: CertificateFault, hosts: readonly string[]): Promise<IssuedCertificate>;
}

/** Makes a new authority with a key of its own; two of them do not trust each other. */
export async function createTestCa(name = 'natter test authority'): Promise<TestCa> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    notBefore: daysFromNow(-1),
    notAfter: daysFromNow(30),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issuer: Issuer = { certificate: root, key: keys.privateKey };
  return {
    certificate: root.toString('pem'),
    issue: (request) => issue(request, issuer),
    issueFaulty: (fault, hosts) => issueFaulty(fault, hosts, issuer),
  };
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

async function issueFaulty(
  fault: CertificateFault,
  hosts: readonly string[],
  issuer: Issuer,
): Promise<IssuedCertificate> {
  switch (fault) {
    case 'expired':
      return issue({ hosts, notBefore: daysFromNow(-20), notAfter: daysFromNow(-10) }, issuer);
    case 'not-yet-valid':
      return issue({ hosts, notBefore: daysFromNow(10), notAfter: daysFromNow(20) }, issuer);
    case 'wrong-name':
      return issue({ hosts: ['somewhere-else.test'] }, issuer);
    case 'self-signed':
      return issue({ hosts }, null);
    case 'unknown-authority':
      return (await createTestCa('an authority nobody trusts')).issue({ hosts });
  }
}

/** Signs with the issuer, or with the certificate's own key when there is none. */
async function issue(request: CertificateRequest, issuer: Issuer | null): Promise<IssuedCertificate> {
  const [commonName] = request.hosts;
  if (commonName === undefined) throw new TypeError('a certificate needs at least one host');
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subject = new x509.Name([{ CN: [commonName] }]).toString();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: issuer === null ? subject : issuer.certificate.subject,
    notBefore: request.notBefore ?? daysFromNow(-1),
    notAfter: request.notAfter ?? daysFromNow(7),
    publicKey: keys.publicKey,
    signingKey: issuer === null ? keys.privateKey : issuer.key,
    signingAlgorithm: ALGORITHM,
    extensions: await serverExtensions(request.hosts, keys.publicKey, issuer),
  });
  const pem = certificate.toString('pem');
  return {
    certificate: pem,
    chain: issuer === null ? `${pem}\n` : `${pem}\n${issuer.certificate.toString('pem')}\n`,
    key: await privateKeyPem(keys.privateKey),
  };
}

/** RFC 5280 section 4.2; clients compare the subject alternative names and ignore the common name (RFC 6125). */
async function serverExtensions(
  hosts: readonly string[],
  publicKey: CryptoKey,
  issuer: Issuer | null,
): Promise<x509.Extension[]> {
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(
      hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const),
    ),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
  if (issuer !== null) extensions.push(await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate));
  return extensions;
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

/** Positive (the top bit is clear) and never the same twice, as RFC 5280 section 4.1.2.2 wants it. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY);
}
