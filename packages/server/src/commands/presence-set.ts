import { done } from './command.ts';
import type { Command } from './command.ts';

/** Says how this device is to be seen. */
export const presenceSet: Command<'presence-set'> = {
  needs: 'member',
  handle: async ({ session, services }, frame) => {
    const device = session.present();
    if (device !== null) await services.presence.set(device, frame.availability, frame.text);
    return done;
  },
};
