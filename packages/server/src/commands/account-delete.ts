import { accountEnded, finishRemovals } from '../accounts/removal.ts';
import { done } from './command.ts';
import type { Command } from './command.ts';
import { requirePassword } from './password.ts';

/** Ends the account of the one who asks; every connection of it is closed once the reply is written. */
export const accountDelete: Command<'account-delete'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session, services, member }, { password }) => {
    await requirePassword({ session, services, member }, password);
    await services.storage.directory.accounts.remove(member.account.id);
    setImmediate(() => {
      services.storage.bus.publish(member.account.id, { kind: 'end', error: accountEnded });
      finishRemovals(services).catch((error: unknown) =>
        services.log({ level: 'error', event: 'fault', error: String(error) }),
      );
    });
    return done;
  },
};
