import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../sasl/mechanism.ts';

/** The channel bindings of a connection: RFC 9266 on TLS 1.3, RFC 5929 section 4 on any. */
export function channelBindings(socket: TLSSocket): ChannelBinding[] {
  const bindings: ChannelBinding[] = [];
  if (socket.getProtocol() === 'TLSv1.3') {
    const data = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    bindings.push({ type: 'tls-exporter', data: new Uint8Array(data) });
  }
  const raw = socket.getPeerX509Certificate()?.raw;
  if (raw !== undefined) {
    const hash = endPointHash(new X509Certificate(raw));
    if (hash !== null)
      bindings.push({
        type: 'tls-server-end-point',
        data: new Uint8Array(createHash(hash).update(raw).digest()),
      });
  }
  return bindings;
}

/** RFC 5929 section 4.1: the hash of the certificate's signature, SHA-256 in place of MD5 and SHA-1. */
function endPointHash(certificate: X509Certificate): string | null {
  const algorithm = certificate.signatureAlgorithm?.toLowerCase() ?? '';
  if (/sha384/.test(algorithm)) return 'sha384';
  if (/sha512/.test(algorithm)) return 'sha512';
  return /sha256|sha1|md5/.test(algorithm) ? 'sha256' : null; // such as Ed25519: not defined
}
