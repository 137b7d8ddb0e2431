import type { Account } from './account.ts';
import type { ErrorData } from './error.ts';
import { errorData } from './error.ts';

/** Why an account is not online, and what its user can do about it. `condition.account` is its id. */
export function offlineError(account: Pick<Account, 'id' | 'address' | 'enabled' | 'state'>): ErrorData {
  const { id, address, enabled, state } = account;
  const parts = { scope: 'account', condition: { account: id } } as const;
  if (!enabled) return errorData('offline', `${address} is not online: the account is disabled`, parts);
  if (!('error' in state)) {
    const message = `${address} is not online yet (${state.phase})`;
    return errorData('offline', message, { ...parts, retriable: true, userAction: 'wait' });
  }
  const retriable = state.phase === 'waiting';
  return errorData('offline', `${address} is not online: ${state.error.message}`, {
    ...parts,
    retriable,
    userAction: retriable ? 'wait' : state.phase === 'needsTrust' ? 'trust-certificate' : 'sign-in',
    cause: state.error,
  });
}
