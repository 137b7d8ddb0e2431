import {
  errorData,
  remoteKey,
  type Answer,
  type BaseHost,
  type Interaction,
  type LoginStart,
  type Step,
} from '@natter/core';
import { toError } from './mapping/errors.ts';
import type { MemoryNetwork } from './network/network.ts';

/** Sign-in, registration and renewed sign-in: trust where it is needed, then the password. */
export function signIn(network: MemoryNetwork, start: LoginStart, host: BaseHost): Interaction {
  return interaction(steps(network, start, host));
}

async function* steps(
  network: MemoryNetwork,
  start: LoginStart,
  host: BaseHost,
): AsyncGenerator<Step, void, Answer> {
  const { fingerprint, known } = network.certificate;
  if (!known && start.config['fingerprint'] !== fingerprint) {
    const { action } = yield {
      kind: 'show',
      what: 'certificate',
      data: { fingerprint },
      actions: ['trust', 'reject'],
    };
    if (action !== 'trust') {
      yield {
        kind: 'failed',
        error: errorData('certificate-untrusted', 'the certificate was not trusted', { scope: 'account' }),
      };
      return;
    }
  }
  const title = start.purpose === 'register' ? 'Choose a password' : 'Sign in';
  const { values } = yield {
    kind: 'fields',
    title,
    fields: [{ name: 'password', label: 'Password', secret: true, required: true }],
  };
  const password = values['password'] ?? '';
  if (start.purpose === 'register') network.register(start.address, password);
  network.checkPassword(start.address, password);
  await host.setSecret('password', password);
  const config = { ...start.config, ...(known ? {} : { fingerprint }) };
  yield { kind: 'done', key: remoteKey(start.address), address: start.address, config };
}

/** Runs a generator of steps as an interaction: what it throws becomes its last, failed step. */
function interaction(generator: AsyncGenerator<Step, void, Answer>): Interaction {
  return {
    async next(answer, signal): Promise<Step> {
      try {
        signal.throwIfAborted();
        const { value } = await generator.next(answer ?? { action: 'submit', values: {} });
        return (
          value ?? { kind: 'failed', error: errorData('closed', 'the sign-in is over', { scope: 'account' }) }
        );
      } catch (caught) {
        return { kind: 'failed', error: toError(caught) };
      }
    },
    async cancel(): Promise<void> {
      await generator.return();
    },
  };
}
