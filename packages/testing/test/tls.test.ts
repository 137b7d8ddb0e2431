import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createTestCa } from '../src/tls/index.ts';
import type { CertificateFault, IssuedCertificate } from '../src/tls/index.ts';

/** Resolves with `authorized`, or with the code by which Node refuses the server's certificate. */
async function handshake(issued: IssuedCertificate, ca: string, servername: string): Promise<string> {
  const server = createServer({ cert: issued.chain, key: issued.key });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername });
      socket.on('secureConnect', () => socket.end());
      socket.on('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
      socket.on('close', () => resolve('authorized'));
    });
  } finally {
    server.close();
  }
}

describe('createTestCa', () => {
  test('issues certificates that a client with the authority trusts, by name and by address', async () => {
    const ca = await createTestCa();
    const issued = await ca.issue({ hosts: ['chat.test', '*.chat.test', '127.0.0.1'] });
    expect(await handshake(issued, ca.certificate, 'chat.test')).toBe('authorized');
    expect(await handshake(issued, ca.certificate, 'rooms.chat.test')).toBe('authorized');
    expect(await handshake(issued, ca.certificate, '')).toBe('authorized');
  });

  const refusals: readonly [CertificateFault, string][] = [
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['unknown-authority', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ];
  test.each(refusals)('%s is refused with %s', async (fault, code) => {
    const ca = await createTestCa();
    expect(await handshake(await ca.issueFaulty(fault, ['chat.test']), ca.certificate, 'chat.test')).toBe(
      code,
    );
  });

  test('refuses a request without a host', async () => {
    const ca = await createTestCa();
    await expect(ca.issue({ hosts: [] })).rejects.toThrow('at least one host');
  });
});
