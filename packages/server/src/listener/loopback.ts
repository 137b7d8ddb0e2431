import { isIP } from 'node:net';
import { StartError } from '../start-error.ts';

/** Whether an interface can only be reached from the same machine. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** @throws StartError when passwords would cross a network in the clear and nobody has agreed to that. */
export function requireSafe(host: string, tls: boolean, allowInsecure: boolean): void {
  if (tls || allowInsecure || isLoopback(host)) return;
  throw new StartError(
    'configuration',
    `refusing to listen on ${host} without TLS: give a certificate and its key, listen on 127.0.0.1, or allow it with --allow-insecure`,
  );
}
