import { errorData, NatterError } from '@natter/core';
import { userPattern } from '@natter/native-protocol';
import type { NativeConfig } from './config.ts';

/** Where an account lives, and what it is called there. */
export interface Location {
  /** What stands before the `@`. */
  readonly user: string;
  /** `ws:` or `wss:`. */
  readonly url: string;
}

/** Where servers listen when nobody says otherwise. */
const defaultPort = 5280;

/**
 * Reads `alice@host:port`, or `alice` beside a configured server. Without a server in the configuration the address says
 * where it is: by TLS, or plainly on this machine. Plain text over a network is refused unless the account allows it.
 * Throws a NatterError of code `invalid` or `tls-required`.
 */
export function locate(address: string, config: NativeConfig): Location {
  const at = address.lastIndexOf('@');
  const user = (at === -1 ? address : address.slice(0, at)).trim().toLowerCase();
  if (!userPattern.test(user)) {
    throw invalid(`"${printable(user)}" is no user name: letters, digits, dots, dashes and underscores are`);
  }
  const host = at === -1 ? '' : address.slice(at + 1).trim();
  const url = config.server === undefined ? urlOfHost(host, config) : urlOfServer(config.server);
  if (url.protocol === 'ws:' && !isLoopback(url.hostname) && config.allowInsecure !== true) {
    throw new NatterError(
      errorData(
        'tls-required',
        `${url.host} would be reached without encryption; use wss:// or allow it for this account`,
        {
          scope: 'account',
          userAction: 'check-address',
        },
      ),
    );
  }
  return { user, url: url.href };
}

/**
 * Completes an address that a person typed by the name of the account's own server. Who typed `alice@host:port` for the
 * account may do so for a contact as well. `null` when it cannot be an address.
 */
export function completeAddress(typed: string, server: string, url: string): string | null {
  const [user = '', host, ...rest] = typed.trim().toLowerCase().split('@');
  if (rest.length > 0 || host === '' || !userPattern.test(user)) return null;
  const { host: withPort, hostname } = new URL(url);
  return host === undefined || host === withPort || host === hostname
    ? `${user}@${server}`
    : `${user}@${host}`;
}

/** 127.0.0.0/8, ::1 and localhost: what does not leave this machine. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function urlOfHost(host: string, config: NativeConfig): URL {
  if (host === '')
    throw invalid('say where the server is: NAME@HOST:PORT, or a server URL in the account settings');
  const url = parse(`wss://${host}`, host);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw invalid(`"${printable(host)}" is no host`);
  // `URL` drops the port that is the default of the scheme, although the person typed it.
  if (url.port === '' && !host.endsWith(':443')) url.port = String(defaultPort);
  const plain = (isLoopback(url.hostname) || config.allowInsecure === true) && config.ca === undefined;
  if (!plain) return url;
  return new URL(`ws://${url.hostname}:${url.port === '' ? '443' : url.port}/`);
}

function urlOfServer(server: string): URL {
  const url = parse(server, server);
  const protocol = { 'ws:': 'ws:', 'http:': 'ws:', 'wss:': 'wss:', 'https:': 'wss:' }[url.protocol];
  if (protocol === undefined)
    throw invalid(
      `the server URL begins with ws://, wss://, http:// or https://, not "${printable(server)}"`,
    );
  if (url.username !== '' || url.password !== '')
    throw invalid('the server URL holds a name or password; they do not belong there');
  const result = new URL(protocol + url.href.slice(url.protocol.length));
  result.hash = '';
  return result;
}

function parse(text: string, shown: string): URL {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') throw invalid(`"${printable(shown)}" is no server`);
  return url;
}

function invalid(message: string): NatterError {
  return new NatterError(errorData('invalid', message, { scope: 'account', userAction: 'check-address' }));
}

/** Cuts what was typed to a length that fits a message, without control characters. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 80);
}
