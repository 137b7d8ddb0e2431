/**
 * A certificate authority made on the spot, for tests that speak TLS: sound certificates and each of the faulty kinds
 * a client has to refuse.
 * @packageDocumentation
 */
export { createTestCa } from './test-ca.ts';
export type { CertificateFault, CertificateRequest, IssuedCertificate, TestCa } from './test-ca.ts';
