import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { StartError } from '../start-error.ts';

/** Tells whether an address is that of a reverse proxy that is believed. */
export type IsProxy = (address: string) => boolean;

/** Tells from where a request really comes. */
export type ClientAddress = (request: IncomingMessage) => string;

/** @throws StartError for something that is no address or range. */
export function trustedProxies(trusted: readonly string[]): IsProxy {
  if (trusted.length === 0) return () => false;
  const known = new BlockList();
  for (const range of trusted) addRange(known, range);
  return (address) => {
    const bare = plain(address);
    return isIP(bare) !== 0 && known.check(bare, isIP(bare) === 4 ? 'ipv4' : 'ipv6');
  };
}

/**
 * What a reverse proxy says of a client is believed when the proxy is one of the trusted addresses, and only as far as
 * the chain of trusted ones reaches: everything left of the first stranger is the stranger's own invention.
 */
export function clientAddress(isProxy: IsProxy): ClientAddress {
  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? 'unknown');
    if (!isProxy(peer)) return peer;
    let client = peer;
    // Each proxy adds at the right end whom it talks to.
    for (const hop of forwarded(request).toReversed()) {
      if (isIP(hop) === 0) break;
      client = hop;
      if (!isProxy(hop)) break;
    }
    return client;
  };
}

/** The addresses of `X-Forwarded-For`, the client first. Bounded: a longer chain is nobody's. */
function forwarded(request: IncomingMessage): string[] {
  const header = request.headers['x-forwarded-for'];
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .slice(-16)
    .map((hop) => plain(hop.trim()));
}

/** Without brackets and port, and an IPv4 address that came over IPv6 as what it is. */
function plain(address: string): string {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/^::ffff:(\d+(?:\.\d+){3})$/i, '$1');
}

function addRange(known: BlockList, range: string): void {
  const [address = '', prefix, ...rest] = range.split('/');
  const family = isIP(address);
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  const fits = Number.isInteger(bits) && bits >= 0 && bits <= (family === 4 ? 32 : 128) && prefix !== '';
  if (family === 0 || !fits || rest.length > 0)
    throw new StartError(
      'configuration',
      `a trusted proxy is an address or a range such as 10.0.0.0/8, not '${range}'`,
    );
  known.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
}
