import { createHash, X509Certificate } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../sasl/mechanism.ts';

/** The channel bindings of a connection, the strongest first: RFC 9266 on TLS 1.3, RFC 5929 section 3 before it, section 4 on any. */
export function channelBindings(socket: TLSSocket): ChannelBinding[] {
  const bindings: ChannelBinding[] = [];
  if (socket.getProtocol() === 'TLSv1.3') {
    const data = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    bindings.push({ type: 'tls-exporter', data: new Uint8Array(data) });
  }
  // The first Finished of a full handshake is the client's; sessions are never taken up here, which is what breaks this type.
  const finished =
    socket.getProtocol() === 'TLSv1.2' && !socket.isSessionReused() ? socket.getFinished() : undefined;
  if (finished !== undefined) bindings.push({ type: 'tls-unique', data: new Uint8Array(finished) });
  // Not getPeerX509Certificate, which gives the certificate once and nothing after that.
  const { raw }: Partial<PeerCertificate> = socket.getPeerCertificate();
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
