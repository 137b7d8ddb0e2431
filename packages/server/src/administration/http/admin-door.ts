import { isLoopback } from '../../listener/loopback.ts';
import type { Services } from '../../services.ts';
import { StartError } from '../../start-error.ts';
import type { Administration } from '../administration.ts';

/** Where the administrator's HTTP interface listens. */
export interface AdminAddress {
  /** An interface of loopback. Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** @throws StartError when passwords would cross a network in the clear. */
export function requireLoopback(address: AdminAddress | null): void {
  const host = address?.host;
  if (host === undefined || isLoopback(host)) return;
  throw new StartError(
    'configuration',
    `administration listens on loopback only, not on ${host}: reach it by a tunnel or a proxy`,
  );
}

/** Opens the administrator's door, if there is to be one. Its code is loaded only then. @throws StartError */
export async function openAdminDoor(
  services: Services,
  administration: Administration,
  dataDirectory: string,
  address: AdminAddress | null,
): Promise<{ readonly url: string | null; close(): Promise<void> }> {
  if (address === null) return { url: null, close: () => Promise.resolve() };
  const [{ AdminListener }, { AdminToken }, { Metrics }] = await Promise.all([
    import('./admin-listener.ts'),
    import('./token.ts'),
    import('../../metrics/metrics.ts'),
  ]);
  const { host = '127.0.0.1' } = address;
  const listener = new AdminListener({
    services,
    administration,
    metrics: new Metrics(services, dataDirectory),
    token: AdminToken.of(dataDirectory),
  });
  const port = await listener.listen(host, address.port);
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close: () => listener.close() };
}
