import { newToken, tokenHash } from '../accounts/tokens.ts';
import { Refusal } from '../ports/refusal.ts';
import { parseDeviceId } from '../wire-ids.ts';
import type { Command } from './command.ts';
import { userOf } from './lookup.ts';
import { requireActive, welcomeDevice } from './welcome-device.ts';

/** Signs in by password. An unknown user and a wrong password cost the same time and get the same answer. */
export const signIn: Command<'sign-in'> = {
  needs: 'visitor',
  exclusive: true,
  handle: async (context, frame) => {
    const { services, session } = context;
    const { accounts, devices } = services.storage.directory;
    const { remoteAddress } = session.connection;
    const user = userOf(frame.address, services.storage.name) ?? '';
    await services.signInLimits.attempt(remoteAddress, user);
    const account = await accounts.byUser(user);
    const stored = account === null ? null : await accounts.passwordHash(account.id);
    const matches = await services.passwords.verify(stored, frame.password);
    if (!matches || account === null || stored === null) {
      services.log({ level: 'warn', event: 'sign-in-failed', from: remoteAddress });
      throw new Refusal('bad-credentials', 'Unknown user or wrong password.');
    }
    services.signInLimits.succeeded(remoteAddress, user);
    requireActive(account);
    const token = newToken();
    const device = await devices.signIn(account.id, {
      id: frame.device === undefined ? null : parseDeviceId(frame.device),
      name: frame.deviceName ?? '',
      token: tokenHash(token),
      passwordHash: stored,
    });
    return welcomeDevice(context, account, device, token);
  },
};
