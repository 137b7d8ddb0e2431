import type { Account, AccountId, Capabilities } from '../../model/index.ts';
import type { Environment } from '../environment.ts';

/** An account as front ends see it: what is stored, what is true now, and what it can do. */
export function accountView({ profile, adapters }: Environment, id: AccountId): Account | undefined {
  const record = profile.accounts.get(id);
  if (!record) return undefined;
  const capabilities = adapters.get(record.network)?.capabilities ?? noCapabilities;
  const status = profile.statuses.get(id) ?? {
    state: { phase: 'offline' } as const,
    roster: 'loading' as const,
    attention: [],
    announcements: [],
    capabilities,
  };
  return { ...record, ...status };
}

/** Of an account whose adapter is not installed. */
const noCapabilities: Capabilities = {
  support: {},
  limits: {},
  resend: 'never',
  order: 'arrival',
  catchUp: 'none',
};
