import type { AccountId } from '@natter/core';
import type { ProfileSecrets } from './profile-secrets.ts';

/** Secrets, and a test whether a text holds one that has passed through here. */
export interface RememberedSecrets {
  readonly secrets: ProfileSecrets;
  /** Whether a text contains a secret that was read or written since. */
  readonly isSecret: (text: string) => boolean;
}

/** Shorter ones would match by chance. */
const shortest = 4;

/**
 * Watches the secrets that pass, so that a log can leave out lines that hold one: the second net below never logging them
 * in the first place.
 */
export function rememberSecrets(inner: ProfileSecrets): RememberedSecrets {
  const known = new Set<string>();
  const remember = (value: string | null): void => {
    if (value !== null && value.length >= shortest) known.add(value);
  };
  return {
    isSecret: (text) => [...known].some((value) => text.includes(value)),
    secrets: {
      check: () => inner.check(),
      async get(account: AccountId, name: string): Promise<string | null> {
        const value = await inner.get(account, name);
        remember(value);
        return value;
      },
      async set(account: AccountId, name: string, value: string | null): Promise<void> {
        remember(value);
        await inner.set(account, name, value);
      },
      removeAll: (account) => inner.removeAll(account),
    },
  };
}
