import type {
  AccountSpec,
  Adapter,
  BaseHost,
  Interaction,
  LoginStart,
  Session,
  SessionHost,
} from '@natter/core';
import { NETWORK_CAPABILITIES } from './capabilities.ts';
import { CONFIG_SCHEMA } from './config.ts';
import { Login } from './login.ts';
import { IrcSession } from './session.ts';
import type { Platform } from './wire/channel.ts';
import { DEFAULT_LIMITS, type WireLimits } from './wire/limits.ts';

/** What the adapter can be told; each has a default. */
export interface IrcAdapterOptions {
  /** Bounds on sizes (bytes) and waits (milliseconds), in place of the defaults. */
  readonly limits?: Partial<WireLimits>;
}

/** Makes the adapter over what its surroundings provide. */
export function createAdapter(platform: Platform, options: IrcAdapterOptions): Adapter {
  const limits: WireLimits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    id: 'irc',
    name: 'IRC',
    contract: 1,
    capabilities: NETWORK_CAPABILITIES,
    configSchema: CONFIG_SCHEMA,
    login: (start: LoginStart, host: BaseHost): Interaction => new Login({ start, host, platform, limits }),
    open: (account: AccountSpec, host: SessionHost): Session =>
      new IrcSession({ account, host, platform, limits }),
  };
}
