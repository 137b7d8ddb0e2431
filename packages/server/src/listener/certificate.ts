import { createSecureContext } from 'node:tls';
import { StartError } from '../start-error.ts';

/** @throws StartError when the two cannot be read, or do not belong together. */
export function requireCertificate(tls: { readonly certificate: string; readonly key: string }): void {
  try {
    createSecureContext({ cert: tls.certificate, key: tls.key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('configuration', `the TLS certificate and its key cannot be used: ${reason}`, {
      cause: error,
    });
  }
}
