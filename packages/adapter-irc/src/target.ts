import { errorData, NatterError } from '@natter/core/model';
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
  const own = readAddress(address);
  const [, scheme, host = own.host, portText] =
    config.server === null
      ? [null, undefined, own.host, own.port === null ? undefined : String(own.port)]
      : (/^(?:(ircs?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s@:/[\]]+)(?::(\d{1,5}))?\/?$/.exec(config.server) ??
        invalidServer(config.server));
  const bare = host.replace(/^\[|\]$/g, '');
  if (strict !== null) return { host: bare, port: strict, secure: true };
  const port = portText === undefined ? null : Number(portText);
  const mayBePlain = isLoopback(bare) || config.allowInsecure;
  const wantsTls =
    scheme === 'ircs' ||
    (scheme === undefined && (port === TLS_PORT || config.trust.authorities !== null || !mayBePlain));
  if (!wantsTls && !mayBePlain) throw tlsRequired(bare);
  const usual = wantsTls || port === null ? TLS_PORT : PLAIN_PORT;
  if (scheme === undefined && port === null) return { host: bare, port: usual, secure: true };
  return { host: bare, port: port ?? (wantsTls ? TLS_PORT : PLAIN_PORT), secure: wantsTls };
}

/** 127.0.0.0/8, ::1 and the name for them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
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
