import type { Interaction } from '@natter/core';
import { errorData, NatterError, type Answer, type Field, type Step } from '@natter/core/model';
import { mapError } from '../mapping/errors.ts';
import type { Runtime } from '../runtime.ts';
import { isUnknownEndpoint } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import { attempt, type InteractiveCall } from './interactive-calls.ts';

const PASSWORD: Field = { name: 'password', label: 'Password as it is', secret: true, required: true };
const NEW: Field = { name: 'newPassword', label: 'New password', secret: true, required: true };

/** What changes the account itself: forms that the server wants the password for. */
export class OwnAccount {
  readonly #runtime: Runtime;
  /** Keeps the run until something is over: who ends the account ends the run before the answer is there. */
  readonly #busy: <T>(work: Promise<T>) => Promise<T>;

  constructor(runtime: Runtime, busy: <T>(work: Promise<T>) => Promise<T>) {
    this.#runtime = runtime;
    this.#busy = busy;
  }

  /**
   * Another password (Matrix 1.18, section "POST /_matrix/client/v3/account/password"). The other devices stay signed in: with
   * them would go the keys that only they have. They can be signed out one by one.
   */
  password(): Interaction {
    const title = `Another password for ${this.#runtime.api.userId}`;
    return this.#form(title, [PASSWORD, NEW], ({ newPassword }) => ({
      method: 'POST',
      path: ['client', 'v3', 'account', 'password'],
      body: { new_password: newPassword ?? '', logout_devices: false },
    }));
  }

  /** The end of the account on its server: nobody can sign in to it, and its name is given to nobody else. */
  deactivation(): Interaction {
    return this.#form(`Delete ${this.#runtime.api.userId} on its server, for good`, [PASSWORD], () => ({
      method: 'POST',
      path: ['client', 'v3', 'account', 'deactivate'],
      body: { erase: false },
    }));
  }

  /** Signs another device out, where the server wants the password for it. */
  revocation(device: string): Interaction {
    return this.#form(`Sign ${device.slice(0, 100)} out`, [PASSWORD], () => ({
      method: 'DELETE',
      path: ['client', 'v3', 'devices', device],
      body: {},
    }));
  }

  /** One form, which is shown again when the password is wrong. */
  #form(
    title: string,
    fields: readonly Field[],
    call: (values: Answer['values']) => InteractiveCall,
  ): Interaction {
    const asked: Step = { kind: 'fields', title, fields };
    const cancelled = new AbortController();
    return {
      next: async (answer, signal): Promise<Step> => {
        if (answer === null) return asked;
        const { values } = answer;
        const either = AbortSignal.any([signal, cancelled.signal]);
        const asking = attempt(this.#runtime, call(values), values['password'] ?? '', either);
        try {
          const { done } = await this.#busy(asking);
          return done ? { kind: 'done' } : { ...asked, error: wrong };
        } catch (caught) {
          return { kind: 'failed', error: failure(caught) };
        }
      },
      async cancel(): Promise<void> {
        cancelled.abort();
      },
    };
  }
}

const wrong = errorData('authentication', 'the password is wrong', { scope: 'account', userAction: 'retry' });

function failure(caught: unknown): ReturnType<typeof mapError> {
  if (NatterError.isInstance(caught)) return caught.data;
  const weak = caught instanceof WireError && caught.errcode === 'M_WEAK_PASSWORD';
  if (weak) return errorData('invalid', caught.message, { scope: 'account', userAction: 'retry' });
  const absent = isUnknownEndpoint(caught);
  return absent
    ? errorData('unsupported', 'the server cannot do this for a client; ask its operator', {
        scope: 'account',
      })
    : mapError(caught, 'account');
}
