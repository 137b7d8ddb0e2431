import type {
  AccountSpec,
  Adapter,
  BaseHost,
  Interaction,
  LoginStart,
  Session,
  SessionHost,
} from '@natter/core';
import { networkCapabilities } from './capabilities.ts';
import { CONFIG_SCHEMA } from './config.ts';
import type { KeyStorage } from './features/encryption/key-storage.ts';
import { Login } from './login.ts';
import { MatrixSession } from './session.ts';
import type { Platform } from './wire/http.ts';
import { DEFAULT_LIMITS, type WireLimits } from './wire/limits.ts';

/** What the adapter can be told; each has a default. */
export interface MatrixAdapterOptions {
  /** Bounds on sizes (bytes) and waits (milliseconds), in place of the defaults. */
  readonly limits?: Partial<WireLimits>;
}

/** Makes the adapter over what its surroundings provide. */
export function createAdapter(
  platform: Platform,
  options: MatrixAdapterOptions,
  keys: KeyStorage | null,
): Adapter {
  const limits: WireLimits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    id: 'matrix',
    name: 'Matrix',
    contract: 1,
    capabilities: networkCapabilities(keys !== null),
    configSchema: CONFIG_SCHEMA,
    login: (start: LoginStart, host: BaseHost): Interaction => new Login({ start, host, platform, limits }),
    open: (account: AccountSpec, host: SessionHost): Session =>
      new MatrixSession({ account, host, platform, limits, keys }),
  };
}
