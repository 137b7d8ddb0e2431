import type { Interaction } from '@natter/core';
import { errorData, NatterError, type Answer, type Field, type Step } from '@natter/core/model';
import { PASSWORD, TOKEN } from '../credentials.ts';
import { mapError } from '../mapping/errors.ts';
import type { Runtime } from '../runtime.ts';
import { parseAddress } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import { changePassword, unregister } from './registration.ts';

const known: Field = { name: 'password', label: 'Password', secret: true, required: true };
const over = errorData('aborted', 'it was cancelled', { scope: 'account' });
const wrong = errorData('authentication', 'the password is wrong', { scope: 'account' });

/** Another password on the server, and here (XEP-0077 section 3.3). A token of the old one is void. */
export function passwordChange(runtime: Runtime): Interaction {
  const { stream, host, own } = runtime;
  const fresh: Field = { name: 'newPassword', label: 'New password', secret: true, required: true };
  const fields = [{ ...known, label: 'Password as it is' }, fresh];
  return form(runtime, `Another password for ${own}`, fields, async (values, signal) => {
    const password = values['newPassword'] ?? '';
    if (password === '')
      throw new NatterError(errorData('invalid', 'the new password is empty', { scope: 'account' }));
    await changePassword(stream, parseAddress(own)?.local ?? '', password, signal);
    await host.setSecret(PASSWORD, password);
    await host.setSecret(TOKEN, null);
  });
}

/** The end of the account on its server (XEP-0077 section 3.2). The server lets go of us then. */
export function deletion(runtime: Runtime): Interaction {
  const title = `Delete ${runtime.own} on its server, for good`;
  return form(runtime, title, [known], (_, signal) => unregister(runtime.stream, signal));
}

/**
 * One form, shown again when its password is wrong. The server does not ask for that: whoever sits at an unlocked client shall
 * not take the account away all the same.
 */
function form(
  { host }: Runtime,
  title: string,
  fields: readonly Field[],
  submit: (values: Answer['values'], signal: AbortSignal) => Promise<void>,
): Interaction {
  const asked = { kind: 'fields', title, fields } as const;
  const cancelled = new AbortController();
  return {
    async next(answer, signal): Promise<Step> {
      if (cancelled.signal.aborted) return { kind: 'failed', error: over };
      if (answer === null) return asked;
      if ((await host.secret(PASSWORD)) !== answer.values['password']) return { ...asked, error: wrong };
      try {
        await submit(answer.values, AbortSignal.any([signal, cancelled.signal]));
        return { kind: 'done' };
      } catch (error) {
        if (NatterError.isInstance(error)) return { kind: 'failed', error: error.data };
        return { kind: 'failed', error: mapError(asWireError(error), 'account') };
      }
    },
    async cancel(): Promise<void> {
      cancelled.abort();
    },
  };
}
