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
import { XmppSession } from './session.ts';
import { SignIn } from './sign-in.ts';
import type { Platform } from './wire/channel.ts';
import { DEFAULT_LIMITS, type WireLimits } from './wire/limits.ts';

/** What the adapter can be told; each has a default. */
export interface XmppAdapterOptions {
  /** Bounds on sizes (bytes) and waits (milliseconds), in place of the defaults. */
  readonly limits?: Partial<WireLimits>;
}

/** Makes the adapter over what its surroundings provide. */
export function createAdapter(platform: Platform, options: XmppAdapterOptions): Adapter {
  const limits: WireLimits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    id: 'xmpp',
    name: 'XMPP',
    contract: 1,
    capabilities: NETWORK_CAPABILITIES,
    configSchema: CONFIG_SCHEMA,
    login: (start: LoginStart, host: BaseHost): Interaction => new SignIn({ start, host, platform, limits }),
    open: (account: AccountSpec, host: SessionHost): Session =>
      new XmppSession({ account, host, platform, limits }),
  };
}
