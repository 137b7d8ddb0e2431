import type { BaseHost } from '@natter/core';
import { isLoopback } from '@natter/wire';
import type { IrcConfig, SignInMethod } from './config.ts';
import { KEY, MECHANISM, PASSWORD, STRICT_TRANSPORT } from './credentials.ts';
import { readAddress } from './mapping/addresses.ts';
import { readPolicy, StrictTransport, type StrictTransportParts } from './strict-transport.ts';
import { routeOf, serverOf, type Route } from './target.ts';
import type { Platform } from './wire/channel.ts';
import { IrcConnection } from './wire/connection.ts';
import { asWireError, WireError } from './wire/error.ts';
import type { WireLimits } from './wire/limits.ts';
import { register, type Registered, type Registration } from './wire/registration.ts';

/** What signing in takes. */
export interface SignInParts {
  readonly address: string;
  readonly config: IrcConfig;
  readonly platform: Platform;
  readonly limits: WireLimits;
  /** Null for what is missing. */
  readonly secret: (name: string) => Promise<string | null>;
  readonly log: BaseHost['log'];
  /** Keeps a secret of the account. */
  readonly keep: StrictTransportParts['keep'];
  readonly signal: AbortSignal;
  /** Said before others see us, where the server takes it so early; null for being here. */
  readonly away: string | null;
  /** Told when the connection stands and sign-in begins. */
  readonly authenticating?: () => void;
}

/** A connection on which sign-in has succeeded. */
export interface SignedIn {
  readonly connection: IrcConnection;
  readonly registered: Registered;
  /** Where we came in. */
  readonly host: string;
  readonly port: number;
  /** What the server wants of connections to it. */
  readonly strictTransport: StrictTransport;
}

/**
 * Connects and signs in. A server that turns out to speak TLS on this port, or that asks for TLS on another (STS), is
 * gone to once more that way; never the other way round. Rejects with WireError or NatterError; then nothing is left open.
 */
export async function openConnection(parts: SignInParts): Promise<SignedIn> {
  const { host } = serverOf(parts.address, parts.config);
  const policy = readPolicy(await parts.secret(STRICT_TRANSPORT), host, Date.now());
  const route = routeOf(parts.address, parts.config, policy);
  try {
    return await attempt(parts, route);
  } catch (error) {
    if (!(error instanceof WireError) || route.secure) throw error;
    if (error.code === 'speaks-tls') return attempt(parts, { ...route, secure: true });
    if (error.code === 'strict-transport' && error.port !== null)
      return attempt(parts, { ...route, port: error.port, secure: true });
    throw error;
  }
}

async function attempt(parts: SignInParts, route: Route): Promise<SignedIn> {
  const { config, platform, limits, signal } = parts;
  const method = await methodOf(parts);
  const client = await clientCertificate(parts, method);
  const channel = await platform.connect({ ...route, trust: config.trust, client }, limits, signal);
  const { flood, encoding } = config;
  const connection = new IrcConnection(channel, { limits, flood, encoding });
  const abort = (): void => connection.quit(new WireError('aborted', 'the sign-in was given up'));
  signal.addEventListener('abort', abort);
  const strictTransport = new StrictTransport({ ...route, keep: parts.keep });
  try {
    parts.authenticating?.();
    const whoAndHow = await registration(parts, route, method);
    const told = (value: string): void => strictTransport.told(value);
    const registered = await register(connection, { ...whoAndHow, strictTransport: told }, signal);
    await strictTransport.kept();
    return { connection, registered, host: route.host, port: route.port, strictTransport };
  } catch (error) {
    connection.quit(asWireError(error));
    await strictTransport.kept();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What the settings say; where they say nothing, a password means SASL. */
async function methodOf({ config, secret }: SignInParts): Promise<SignInMethod> {
  return config.signIn ?? ((await secret(PASSWORD)) === null ? 'none' : 'sasl');
}

async function registration(
  { address, config, secret, limits, away }: SignInParts,
  { host }: Route,
  method: SignInMethod,
): Promise<Omit<Registration, 'strictTransport'>> {
  const { nick } = readAddress(address);
  const password = async (): Promise<string> => {
    const value = await secret(PASSWORD);
    if (value === null) throw new WireError('no-password', 'the password of this account is not known');
    return value;
  };
  if (method === 'sasl' || method === 'server') await password(); // told before a byte is sent
  const user = nick.replace(/[^A-Za-z0-9]/g, '').slice(0, 10) || 'natter';
  const sasl = {
    credentials: { username: config.username ?? nick, password },
    pinned: await secret(MECHANISM),
    only: config.mechanism,
    external: method === 'external',
  };
  return {
    nick,
    user,
    realName: config.realName ?? nick,
    serverPassword: method === 'server' ? password : null,
    sasl: method === 'sasl' || method === 'external' ? sasl : null,
    local: isLoopback(host),
    away,
    time: limits.signInTime,
  };
}

async function clientCertificate(
  { config, secret }: SignInParts,
  method: SignInMethod,
): Promise<{ certificate: string; key: string } | null> {
  const key = await secret(KEY);
  if (config.certificate !== null && key !== null) return { certificate: config.certificate, key };
  if (method !== 'external') return null;
  throw new WireError('no-password', 'the client certificate of this account or its key is missing');
}
