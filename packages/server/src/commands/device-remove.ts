import { Refusal } from '../ports/refusal.ts';
import { parseDeviceId } from '../wire-ids.ts';
import { done } from './command.ts';
import type { Command } from './command.ts';

/** Removes another device of the account and cuts its connection. */
export const deviceRemove: Command<'device-remove'> = {
  needs: 'member',
  handle: async ({ services, member }, frame) => {
    const { storage } = services;
    const device = parseDeviceId(frame.device);
    if (device === member.device)
      throw new Refusal('forbidden', 'This is the device you are on: sign out instead.');
    if (device === null || !(await storage.directory.devices.remove(member.account.id, device))) {
      throw new Refusal('not-found', 'There is no such device.');
    }
    const error = { code: 'token-invalid', message: 'This device was removed by another one.' } as const;
    storage.bus.publish(member.account.id, { kind: 'end', only: device, error });
    return done;
  },
};
