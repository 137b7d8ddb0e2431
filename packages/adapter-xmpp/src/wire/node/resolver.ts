import { Resolver, type SrvRecord } from 'node:dns';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Target } from '../channel.ts';
import { WireError } from '../error.ts';

/** RFC 6120 section 14.7, and the port that XEP-0368 servers use by custom. */
const STARTTLS_PORT = 5222;
const DIRECT_TLS_PORT = 5223;
const DIRECT_TLS_PORTS: readonly (number | null)[] = [DIRECT_TLS_PORT, 443];

/** The user's own choice: `HOST`, `HOST:PORT`, `[IPv6]:PORT`, `xmpp://HOST:PORT`, `xmpps://HOST:PORT` or `wss://HOST/PATH`. */
export function parseServer(server: string): Target {
  if (/^wss?:\/\//.test(server.trim()) && URL.canParse(server.trim()))
    return { security: 'websocket', url: server.trim() };
  const match = /^(?:(xmpps?):\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?\/?$/.exec(
    server.trim(),
  );
  const host = match?.[2] ?? match?.[3];
  const port = match?.[4] === undefined ? null : Number(match[4]);
  if (host === undefined || port === 0 || (port ?? 0) > 65535) {
    throw new WireError(
      'bad-address',
      `${JSON.stringify(server)} is no server address; write HOST, HOST:PORT, xmpps://HOST:PORT or wss://HOST/PATH`,
    );
  }
  const direct = match?.[1] === 'xmpps' || (match?.[1] === undefined && DIRECT_TLS_PORTS.includes(port));
  return {
    host,
    port: port ?? (direct ? DIRECT_TLS_PORT : STARTTLS_PORT),
    security: direct ? 'direct' : 'starttls',
  };
}

/**
 * The addresses of a domain (RFC 6120 section 3.2, XEP-0368): both SRV records as one list by priority and weight; the domain
 * itself where there are none. DNS is not trusted: whatever it says, the certificate must be for the domain.
 */
export async function resolveTargets(
  name: string,
  server: string | null,
  signal: AbortSignal,
  lookup: SrvLookup = lookupSrv,
): Promise<readonly Target[]> {
  if (server !== null) return [parseServer(server)];
  const domain = domainToASCII(name) || name;
  const fallback: Target = { host: domain, port: STARTTLS_PORT, security: 'starttls' };
  if (isIP(domain) !== 0 || domain === 'localhost' || domain.endsWith('.localhost')) return [fallback];
  const [direct, starttls] = await Promise.all([
    lookup(`_xmpps-client._tcp.${domain}`, signal),
    lookup(`_xmpp-client._tcp.${domain}`, signal),
  ]);
  if (direct === null && starttls === null) return [fallback];
  const records = [
    ...(direct ?? []).map((record) => ({ ...record, security: 'direct' as const })),
    ...(starttls ?? []).map((record) => ({ ...record, security: 'starttls' as const })),
  ];
  // RFC 2782: a single record with the target "." says that the service is decidedly not there.
  const usable = records.filter(({ name }) => name !== '' && name !== '.');
  if (usable.length === 0)
    throw new WireError('name-not-found', `${domain} says that it has no XMPP service`);
  return orderRecords(usable, Math.random).map(({ name, port, security }) => ({
    host: name,
    port,
    security,
  }));
}

/** RFC 2782: by priority, and among equals at random in proportion to the weight. */
export function orderRecords<R extends SrvRecord>(records: readonly R[], random: () => number): R[] {
  const rest = records.toSorted((a, b) => a.priority - b.priority);
  const ordered: R[] = [];
  while (rest.length > 0) {
    const first = rest[0]?.priority;
    const same = rest.filter(({ priority }) => priority === first);
    let choice = random() * same.reduce((total, { weight }) => total + weight + 1, 0);
    const index = same.findIndex(({ weight }) => (choice -= weight + 1) < 0);
    ordered.push(...rest.splice(Math.max(index, 0), 1));
  }
  return ordered;
}

/** Asks DNS for SRV records, and for nothing else: what a TXT record says anybody may have written (CVE-2022-26491). */
export type SrvLookup = (name: string, signal: AbortSignal) => Promise<readonly SrvRecord[] | null>;

/** The records, or null when there are none or nobody answers: the fallback then says what is wrong. */
function lookupSrv(name: string, signal: AbortSignal): Promise<SrvRecord[] | null> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      resolver.cancel();
      reject(new WireError('aborted', 'the name lookup was given up'));
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    resolver.resolveSrv(name, (error, records) => {
      signal.removeEventListener('abort', abort);
      resolve(error === null && records.length > 0 ? records : null);
    });
  });
}
