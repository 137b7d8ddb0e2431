import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/**
 * Distinct TCP ports of the loopback address that were free a moment ago. Another process may take one before the
 * server binds it, so whoever uses them tries again when the server says the address is in use.
 */
export async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(Array.from({ length: count }, hold));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}

async function hold(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
