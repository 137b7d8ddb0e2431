/**
 * Sign-in mechanisms, errors and what else the wires of adapters share; runs in browsers too.
 * @packageDocumentation
 */
export { concat, equalBytes, fromBase64, text, toBase64, utf8 } from './bytes.ts';
export { chunksOf, lengthOf } from './chunks.ts';
export type { HttpAnswer, HttpRequest } from './https.ts';
export { LinkError } from './link-error.ts';
export type { CertificateProblem, LinkErrorCode, RefusedCertificate } from './link-error.ts';
export { isLoopback } from './loopback.ts';
export { own } from './own.ts';
export { external } from './sasl/external.ts';
export { hashedToken, selectHashedToken } from './sasl/hashed-token.ts';
export type { HashedToken } from './sasl/hashed-token.ts';
export type { ChannelBinding, Credentials, Mechanism } from './sasl/mechanism.ts';
export { plain } from './sasl/plain.ts';
export { saltPassword } from './sasl/salted-password.ts';
export type { ScramHash } from './sasl/salted-password.ts';
export { saslprep } from './sasl/saslprep.ts';
export { Scram } from './sasl/scram.ts';
export type { GsBinding, ScramOffer } from './sasl/scram.ts';
export type { ClientCertificate, TrustPolicy } from './trust.ts';
