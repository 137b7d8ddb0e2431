import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { IssuedCertificate } from '@natter/testing/tls';

/** Where a server without TLS can be reached with it, as behind a reverse proxy. */
export interface TlsFront {
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): Promise<void>;
}

export async function startTlsFront(
  upstreamPort: number,
  { chain, key }: IssuedCertificate,
): Promise<TlsFront> {
  const open = new Set<() => void>();
  const server = createServer({ cert: chain, key }, (socket) => {
    const upstream = connect({ host: '127.0.0.1', port: upstreamPort });
    const end = (): void => {
      open.delete(end);
      socket.destroy();
      upstream.destroy();
    };
    open.add(end);
    socket.on('error', end).on('close', end);
    upstream.on('error', end).on('close', end);
    socket.pipe(upstream).pipe(socket);
  });
  server.on('tlsClientError', () => {}); // clients that do not trust us
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const end of open) end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
