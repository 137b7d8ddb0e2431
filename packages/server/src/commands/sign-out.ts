import { done } from './command.ts';
import type { Command } from './command.ts';

/** Removes the device and closes the connection once the reply is written. */
export const signOut: Command<'sign-out'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session, services, member }) => {
    await services.storage.directory.devices.remove(member.account.id, member.device);
    setImmediate(() => session.end({ code: 'token-invalid', message: 'Signed out.' }));
    return done;
  },
};
