import { errorData, NatterError } from '@natter/core/model';
import { isLoopback } from '@natter/wire';
import type { IrcConfig } from './config.ts';
import { readAddress } from './mapping/addresses.ts';
import type { Target } from './wire/channel.ts';

const TLS_PORT = 6697;
const PLAIN_PORT = 6667;

/** Where to go, and whether in clear. */
export type Route = Omit<Target, 'trust' | 'client'>;

/**
 * Where an account's server is. TLS is the rule; without it go loopback addresses (unless the port or an authority says
 * TLS) and servers for which the user allowed it. `strict` is the port of an STS policy, which nothing overrules.
 */
export function routeOf(address: string, config: IrcConfig, strict: number | null): Route {
  const { scheme, host: bare, port } = serverOf(address, config);
  if (strict !== null) return { host: bare, port: strict, secure: true };
  const mayBePlain = isLoopback(bare) || config.allowInsecure;
  const wantsTls =
    scheme === 'ircs' ||
    (scheme === undefined && (port === TLS_PORT || config.trust.authorities !== null || !mayBePlain));
  if (!wantsTls && !mayBePlain) throw tlsRequired(bare);
  const usual = wantsTls || port === null ? TLS_PORT : PLAIN_PORT;
  if (scheme === undefined && port === null) return { host: bare, port: usual, secure: true };
  return { host: bare, port: port ?? (wantsTls ? TLS_PORT : PLAIN_PORT), secure: wantsTls };
}

/** What the settings, or else the address, say of an account's server. */
export function serverOf(
  address: string,
  config: IrcConfig,
): { scheme: string | undefined; host: string; port: number | null } {
  const own = readAddress(address);
  if (config.server === null) return { scheme: undefined, host: own.host, port: own.port };
  const [, scheme, host = own.host, port] =
    /^(?:(ircs?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s@:/[\]]+)(?::(\d{1,5}))?\/?$/.exec(config.server) ??
    invalidServer(config.server);
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) invalidServer(config.server);
  return { scheme, host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? null : Number(port) };
}

function invalidServer(server: string): never {
  throw new NatterError(
    errorData(
      'invalid',
      `the setting "server" must be HOST:PORT, ircs://HOST:PORT or irc://HOST:PORT, not "${server}"`,
      {
        scope: 'account',
      },
    ),
  );
}

function tlsRequired(host: string): NatterError {
  const message = `irc:// to ${host} is not encrypted, and this account requires it; use ircs://, or allow it with allowInsecure`;
  return new NatterError(errorData('tls-required', message, { scope: 'account' }));
}
