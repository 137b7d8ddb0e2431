import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { Certificate } from './certificate.ts';

/** An HTTP server that bears strangers: headers are few and must come in time. */
export function hardenedServer(
  certificate: Certificate | null,
  patience: number,
  answer: RequestListener,
): HttpServer | HttpsServer {
  const options = {
    headersTimeout: patience,
    // A file may take long; a transfer that stands still is ended by itself.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(patience, 1000),
  };
  const server =
    certificate === null
      ? createHttpServer(options, answer)
      : createHttpsServer({ ...options, ...secure(certificate), handshakeTimeout: patience }, answer);
  server.maxHeadersCount = 50;
  return server;
}

/** New connections get this certificate; those that there are keep theirs. */
export function useCertificate(server: HttpServer | HttpsServer, certificate: Certificate): void {
  if (server instanceof HttpsServer) server.setSecureContext(secure(certificate));
}

function secure({ certificate, key }: Certificate): { cert: string; key: string; minVersion: 'TLSv1.2' } {
  return { cert: certificate, key, minVersion: 'TLSv1.2' };
}
