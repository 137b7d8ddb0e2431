import type { AccountId } from '@natter/core';
import { passwordCommandName } from './names.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import { runSecretCommand } from './run-command.ts';

/**
 * Lets a password come from a command of the user: where an account has one, the command is run each time the password is
 * wanted, and the password itself is never kept.
 */
export function withPasswordCommands(kept: ProfileSecrets): ProfileSecrets {
  return {
    check: () => kept.check(),
    async get(account: AccountId, name: string): Promise<string | null> {
      const command = name === 'password' ? await kept.get(account, passwordCommandName) : null;
      return command === null ? kept.get(account, name) : runSecretCommand(command, 'the password');
    },
    async set(account: AccountId, name: string, value: string | null): Promise<void> {
      if (name === 'password' && value !== null && (await kept.get(account, passwordCommandName)) !== null)
        return;
      if (name === passwordCommandName && value !== null) await kept.set(account, 'password', null);
      await kept.set(account, name, value);
    },
    removeAll: (account) => kept.removeAll(account),
  };
}
