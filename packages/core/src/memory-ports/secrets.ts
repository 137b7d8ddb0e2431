import type { AccountId } from '../model/index.ts';
import type { SecretStore } from '../ports/index.ts';

/** Secrets that live as long as the process: for tests and for sessions that shall leave nothing behind. */
export function memorySecrets(): SecretStore {
  const secrets = new Map<AccountId, Map<string, string>>();
  return {
    get: (account, name) => Promise.resolve(secrets.get(account)?.get(name) ?? null),
    set(account, name, value) {
      const ofAccount = secrets.get(account) ?? new Map<string, string>();
      secrets.set(account, ofAccount);
      if (value === null) ofAccount.delete(name);
      else ofAccount.set(name, value);
      return Promise.resolve();
    },
    removeAll(account) {
      secrets.delete(account);
      return Promise.resolve();
    },
  };
}
