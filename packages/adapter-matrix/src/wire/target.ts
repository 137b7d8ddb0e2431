import { isLoopback } from '@natter/wire';
import { WireError } from './error.ts';

/**
 * The address of a homeserver as a base for requests: `HOST`, `HOST:PORT` or a URL, without a slash at its end. TLS is
 * the rule; without it go loopback addresses and servers for which the user allowed it.
 */
export function baseOf(server: string, allowInsecure: boolean): string {
  const url = parse(server.trim());
  const plain = url.protocol === 'http:';
  if (plain && !allowInsecure && !isLoopback(url.hostname)) {
    const message = `${url.origin} is not encrypted, and this account requires it; use https://, or allow it with allowInsecure`;
    throw new WireError('tls-required', message);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function parse(server: string): URL {
  const whole = /^https?:\/\//i.test(server) ? server : withScheme(server);
  const url = URL.parse(whole);
  const strange = server.includes('://') && !/^https?:/i.test(server);
  const usable =
    !strange &&
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!usable) {
    // Who writes a password into an address shall not find it in a log.
    const shown = server.replace(/^[^/?#]*@|\/\/[^/?#]*@/, (found) => (found.startsWith('/') ? '//' : ''));
    throw new WireError('invalid', `"${shown.slice(0, 200)}" is no address of a homeserver`);
  }
  return url;
}

function withScheme(server: string): string {
  const host = URL.parse(`http://${server}`)?.hostname ?? '';
  return `${isLoopback(host) ? 'http' : 'https'}://${server}`;
}
