import type {
  AccountSpec,
  Adapter,
  BaseHost,
  Interaction,
  LoginStart,
  Session,
  SessionHost,
} from '@natter/core';
import { Login } from './features/login.ts';
import { networkCapabilities } from './mapping/capabilities.ts';
import { configSchema } from './mapping/config.ts';
import type { Settings } from './options.ts';
import { NativeSession } from './session.ts';

/** The native network: natter's own server. */
export class NativeAdapter implements Adapter {
  readonly id = 'native';
  readonly name = 'natter';
  readonly contract = 1;
  readonly capabilities: Adapter['capabilities'] = networkCapabilities;
  readonly configSchema: Adapter['configSchema'] = configSchema;
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  login(start: LoginStart, host: BaseHost): Interaction {
    return new Login(start, host, this.#settings);
  }

  open(account: AccountSpec, host: SessionHost): Session {
    return new NativeSession(account, host, this.#settings);
  }
}
