import { Refusal } from '../ports/refusal.ts';
import { done } from './command.ts';
import type { Command } from './command.ts';

/** Changes the password; all other devices end. */
export const changePassword: Command<'change-password'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session, services, member }, frame) => {
    const { accounts } = services.storage.directory;
    const { remoteAddress } = session.connection;
    await services.signInLimits.attempt(remoteAddress, member.account.user);
    const stored = await accounts.passwordHash(member.account.id);
    if (!(await services.passwords.verify(stored, frame.oldPassword))) {
      throw new Refusal('bad-credentials', 'The old password is wrong.');
    }
    services.signInLimits.succeeded(remoteAddress, member.account.user);
    const passwordHash = await services.passwords.hash(frame.newPassword);
    await accounts.changePassword(member.account.id, passwordHash, member.device);
    const error = { code: 'token-invalid', message: 'The password was changed; sign in again.' } as const;
    services.storage.bus.publish(member.account.id, { kind: 'end', except: member.device, error });
    return done;
  },
};
