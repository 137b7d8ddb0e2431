import type { WireError } from '@natter/native-protocol';
import type { Services } from '../services.ts';

/**
 * Ends the sessions that may no longer be: of suspended accounts, and of devices that were removed. Called when the
 * administrator has changed something.
 */
export async function enforceStanding(services: Services): Promise<void> {
  const { storage, sessions } = services;
  for (const id of sessions.accounts()) {
    const account = await storage.directory.accounts.byId(id);
    const devices = new Set((await storage.directory.devices.list(id)).map((device) => device.id));
    for (const session of sessions.of(id)) {
      if (account === null || session.member === null || !devices.has(session.member.device))
        session.end({ code: 'token-invalid', message: 'This device was signed out.' });
      else if (account.standing.state === 'suspended') session.end(suspension(account.standing));
    }
  }
}

function suspension(standing: { readonly reason: string; readonly until?: number }): WireError {
  const { reason, until } = standing;
  return {
    code: 'suspended',
    message: 'This account is suspended.',
    reason,
    ...(until === undefined ? {} : { until }),
  };
}
