import { done } from './command.ts';
import type { Command } from './command.ts';
import { requirePassword } from './password.ts';

/** Changes the password; all other devices end. */
export const changePassword: Command<'change-password'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session, services, member }, frame) => {
    await requirePassword({ session, services, member }, frame.oldPassword);
    const passwordHash = await services.passwords.hash(frame.newPassword);
    await services.storage.directory.accounts.changePassword(member.account.id, passwordHash, member.device);
    const error = { code: 'token-invalid', message: 'The password was changed; sign in again.' } as const;
    services.storage.bus.publish(member.account.id, { kind: 'end', except: member.device, error });
    return done;
  },
};
