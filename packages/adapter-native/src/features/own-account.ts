import { errorData, type Answer, type Field, type Interaction, type Step } from '@natter/core';
import { errorOf } from '../mapping/errors.ts';
import type { Context } from './context.ts';

/** Another password. All other devices are signed out by it; this one keeps its token. */
export function passwordChange(context: Context): Interaction {
  const old: Field = { name: 'password', label: 'Password as it is', secret: true, required: true };
  const fresh: Field = { name: 'newPassword', label: 'New password', secret: true, required: true };
  return form(`Another password for ${context.account.address}`, [old, fresh], async (values, signal) => {
    const { password: oldPassword = '', newPassword = '' } = values;
    await context.connection.request(
      'change-password',
      (id) => ({ type: 'change-password', id, oldPassword, newPassword }),
      signal,
    );
  });
}

/** The end of the account on its server: nobody can sign in to it, and its name is given to nobody else. */
export function deletion(context: Context): Interaction {
  const confirmation: Field = { name: 'password', label: 'Password', secret: true, required: true };
  const title = `Delete ${context.account.address} on its server, for good`;
  return form(title, [confirmation], async ({ password = '' }, signal) => {
    await context.connection.request(
      'account-delete',
      (id) => ({ type: 'account-delete', id, password }),
      signal,
    );
  });
}

/** One form, which is shown again when its password is wrong. */
function form(
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
      try {
        await submit(answer.values, AbortSignal.any([signal, cancelled.signal]));
        return { kind: 'done' };
      } catch (caught) {
        const error = errorOf(caught, 'account');
        return error.code === 'authentication' ? { ...asked, error } : { kind: 'failed', error };
      }
    },
    async cancel(): Promise<void> {
      cancelled.abort();
    },
  };
}

const over = errorData('aborted', 'it was cancelled', { scope: 'account' });
