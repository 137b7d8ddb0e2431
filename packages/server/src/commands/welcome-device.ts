import type { SignedIn } from '@natter/native-protocol';
import type { Account } from '../ports/accounts.ts';
import type { DeviceRecord } from '../ports/devices.ts';
import { Refusal } from '../ports/refusal.ts';
import { deviceWireId } from '../wire-ids.ts';
import type { VisitorContext } from './command.ts';

/** Told to who has proved to be the owner, and to nobody else. @throws Refusal `suspended` */
export function requireActive(account: Account): void {
  if (account.standing.state === 'active') return;
  const { reason, until } = account.standing;
  throw new Refusal('suspended', 'This account is suspended.', {
    reason,
    ...(until === undefined ? {} : { until }),
  });
}

/** Puts the device on the session, and tells it what it needs to go on. */
export async function welcomeDevice(
  context: VisitorContext,
  account: Account,
  device: DeviceRecord,
  token: string,
): Promise<SignedIn> {
  const { session, services } = context;
  const { storage } = services;
  const address = `${account.user}@${storage.name}`;
  const head = await storage.inbox.head(account.id);
  // Read again: the account may have been suspended while the password was hashed, and from here on it would be heard of.
  const now = await storage.directory.accounts.byId(account.id);
  if (now === null) throw new Refusal('token-invalid', 'This account has been deleted.');
  requireActive(now);
  services.signInLimits.arrived(session.connection.remoteAddress);
  session.signIn({ account, address, device: device.id });
  services.log({
    level: 'info',
    event: 'signed-in',
    address,
    device: deviceWireId(device.id),
    from: session.connection.remoteAddress,
  });
  return { address, name: account.name, device: deviceWireId(device.id), token, cursor: device.cursor, head };
}
