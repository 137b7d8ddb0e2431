import type { AccountId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { offlineError } from '@natter/core/model';
import { errorText } from '../output/output.ts';

/** Whether an account stays offline until its user does something: then nobody waits for it. */
export async function isStuck(link: ClientLink, account: AccountId): Promise<boolean> {
  const found = (await link.call('account.list', {})).find(({ id }) => id === account);
  return found !== undefined && found.state.phase !== 'online' && !offlineError(found).retriable;
}

/** Why what waits in the outbox has not left yet, as the end of a line; nothing when its account is online. */
export async function whyNotYet(link: ClientLink, account: AccountId): Promise<string> {
  const found = (await link.call('account.list', {})).find(({ id }) => id === account);
  if (found === undefined || found.state.phase === 'online') return '';
  return `: ${errorText(offlineError(found))}`;
}
