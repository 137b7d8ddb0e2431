import { newToken, tokenHash } from '../accounts/tokens.ts';
import { Refusal } from '../ports/refusal.ts';
import { parseDeviceId } from '../wire-ids.ts';
import type { Command, VisitorContext } from './command.ts';
import { userOf } from './lookup.ts';
import { requireActive, welcomeDevice } from './welcome-device.ts';

/** Signs in by a device token and gives the next one. */
export const resume: Command<'resume'> = {
  needs: 'visitor',
  exclusive: true,
  handle: async (context, frame) => {
    const { accounts, devices } = context.services.storage.directory;
    const account = await accounts.byUser(userOf(frame.address, context.services.storage.name) ?? '');
    const id = parseDeviceId(frame.device);
    if (account === null || id === null) throw refused(context);
    const token = newToken();
    const rotation = await devices.rotate(account.id, id, tokenHash(frame.token), tokenHash(token));
    if (rotation.result === 'reused') {
      context.services.log({ level: 'warn', event: 'token-reused', device: frame.device });
      const error = {
        code: 'token-invalid',
        message: 'A copy of this device’s token was used; sign in again.',
      } as const;
      context.services.storage.bus.publish(account.id, { kind: 'end', only: id, error });
    }
    if (rotation.result !== 'rotated') throw refused(context);
    requireActive(account);
    return welcomeDevice(context, account, rotation.device, token);
  },
};

/** The same for an unknown account, device and token. */
function refused({ services, session }: VisitorContext): Refusal {
  services.signInLimits.badToken(session.connection.remoteAddress);
  return new Refusal('token-invalid', 'This device is not signed in (any more): sign in by password.');
}
