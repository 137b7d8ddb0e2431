import { newToken, tokenHash } from '../accounts/tokens.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Command } from './command.ts';
import { welcomeDevice } from './welcome-device.ts';

/** Makes an account and signs in to it. */
export const register: Command<'register'> = {
  needs: 'visitor',
  exclusive: true,
  handle: async (context, frame) => {
    const { services, session } = context;
    const { registration } = services.settings;
    if (registration === 'closed')
      throw new Refusal('registration-closed', 'Ask the administrator of this server for an account.');
    if (registration === 'invite' && frame.invite === undefined)
      throw new Refusal('invite-invalid', 'This server wants an invitation.');
    services.signInLimits.register(session.connection.remoteAddress);
    const passwordHash = await services.passwords.hash(frame.password);
    const account = await services.storage.directory.accounts.create({
      user: frame.user,
      name: frame.name ?? frame.user,
      passwordHash,
      ...(frame.invite === undefined ? {} : { invite: frame.invite }),
    });
    const token = newToken();
    const device = await services.storage.directory.devices.signIn(account.id, {
      id: null,
      name: frame.deviceName ?? '',
      token: tokenHash(token),
      passwordHash,
    });
    return welcomeDevice(context, account, device, token);
  },
};
