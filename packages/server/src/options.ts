import { defaultLimits } from '@natter/native-protocol';
import type { Limits, RegistrationMode } from '@natter/native-protocol';
import { defaultPasswordCost } from './accounts/passwords.ts';
import type { PasswordCost } from './accounts/passwords.ts';
import { defaultSignInRates } from './accounts/sign-in-limits.ts';
import type { SignInRates } from './accounts/sign-in-limits.ts';
import type { AdminAddress } from './administration/http/admin-door.ts';
import type { Certificate, CertificateFiles } from './listener/certificate.ts';
import type { Log } from './log.ts';

/** Bounds on who has not signed in yet. */
export interface VisitorLimits {
  /** Milliseconds until a connection that has not signed in is closed. */
  readonly timeout: number;
  /** Frames it may send. */
  readonly frames: number;
  /** Bytes of one of its frames. */
  readonly frameBytes: number;
  /** Such connections at one time, of one network address and over all. */
  readonly perAddress: number;
  readonly total: number;
}

/** How a server is to be run. Only the data directory is needed. */
export interface ServerOptions {
  /** Folder for the database; made when missing. One server at a time. */
  readonly dataDirectory: string;
  /** Interface to listen on. Beyond loopback it needs `tls` or `allowInsecure`. Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free one. Default 5280. */
  readonly port?: number;
  /** Part of the addresses after the `@`. Kept with the data once set. Default `localhost`. */
  readonly name?: string;
  /** Who may make an account. Default `open` on loopback without a proxy, else `closed`. */
  readonly registration?: RegistrationMode;
  /** Certificate chain and key in PEM: the text itself, or files that are read again when they change. */
  readonly tls?: Certificate | CertificateFiles;
  /** Addresses and ranges (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Where metrics and the administrator's HTTP interface listen; loopback only. Default `null`: nowhere. */
  readonly administration?: AdminAddress | null;
  /** Milliseconds after which messages leave the server; what clients have stored stays with them. Default: never. */
  readonly retention?: number;
  /** Lets passwords and messages cross a network in the clear. */
  readonly allowInsecure?: boolean;
  /** What a signed-in client may do; told in `welcome`. */
  readonly limits?: Partial<Limits>;
  /** Bytes of all files of one account. Default 1 GiB. */
  readonly fileQuota?: number;
  /** What a client may do before it signs in. */
  readonly visitors?: Partial<VisitorLimits>;
  readonly signInRates?: Partial<SignInRates>;
  readonly passwordCost?: PasswordCost;
  /** Milliseconds after which a silent connection is asked for a sign of life; after a second such time it is cut. Default 30 s. */
  readonly heartbeat?: number;
  /** Milliseconds until a lost connection is told to contacts. Default 30 s. */
  readonly presenceGrace?: number;
  /** Milliseconds within which presence changes are told as one. Default 100. */
  readonly presenceCoalescing?: number;
  /** Bytes that may wait for a slow reader before its pushes are dropped. Default 1 MiB. */
  readonly readerBacklog?: number;
  readonly log?: Log;
  /** For crash tests: kills the process at a named point (see crash-points.ts). Default: the environment's `NATTER_KILL_AT`. */
  readonly crashAt?: string;
  /** Pages of the database's log after which it is folded back. For tests. */
  readonly checkpointPages?: number;
  /** Milliseconds since 1970. For tests. */
  readonly clock?: () => number;
}

/** Options with everything filled in. */
export interface Settings {
  readonly registration: RegistrationMode;
  readonly limits: Limits;
  readonly fileQuota: number;
  readonly visitors: VisitorLimits;
  readonly signInRates: SignInRates;
  readonly passwordCost: PasswordCost;
  readonly heartbeat: number;
  readonly presenceGrace: number;
  readonly presenceCoalescing: number;
  readonly readerBacklog: number;
}

const defaultVisitors: VisitorLimits = {
  timeout: 15_000,
  frames: 30,
  frameBytes: 8 * 1024,
  perAddress: 200,
  total: 2_000,
};

export function settle(options: ServerOptions, loopback: boolean): Settings {
  return {
    registration: options.registration ?? (loopback ? 'open' : 'closed'),
    limits: { ...defaultLimits, ...options.limits },
    fileQuota: options.fileQuota ?? 1024 ** 3,
    visitors: { ...defaultVisitors, ...options.visitors },
    signInRates: { ...defaultSignInRates, ...options.signInRates },
    passwordCost: options.passwordCost ?? defaultPasswordCost,
    heartbeat: options.heartbeat ?? 30_000,
    presenceGrace: options.presenceGrace ?? 30_000,
    presenceCoalescing: options.presenceCoalescing ?? 100,
    readerBacklog: options.readerBacklog ?? 1024 * 1024,
  };
}
