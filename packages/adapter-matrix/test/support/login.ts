import {
  mintId,
  type Answer,
  type BaseHost,
  type Interaction,
  type JsonObject,
  type Step,
} from '@natter/core';
import { createMatrixAdapter } from '../../src/index.ts';
import { ME, type Homeserver } from './homeserver.ts';

/** A sign-in without a hub around it. */
export class SignIns {
  readonly secrets = new Map<string, string>();
  readonly #server: Homeserver;

  constructor(server: Homeserver) {
    this.#server = server;
  }

  begin(
    config: JsonObject = {},
    { address = ME, purpose = 'add' }: { address?: string; purpose?: 'add' | 'register' } = {},
  ): Interaction {
    const { secrets } = this;
    const host: BaseHost = {
      secret: async (name) => secrets.get(name) ?? null,
      setSecret: async (name, value) =>
        void (value === null ? secrets.delete(name) : secrets.set(name, value)),
      log: () => {},
    };
    const start = { purpose, address, account: mintId('account'), deviceId: 'test' } as const;
    const settings = { server: this.#server.url, ...config };
    return createMatrixAdapter().login({ ...start, config: settings }, host);
  }

  /** What is kept of the device that was signed in. */
  session(): unknown {
    return JSON.parse(this.secrets.get('session') ?? 'null');
  }
}

export function submit(values: Record<string, string>): Answer {
  return { action: 'submit', values };
}

export function failure(step: Step): string {
  return step.kind === 'failed' ? `${step.error.code}: ${step.error.message}` : JSON.stringify(step);
}
