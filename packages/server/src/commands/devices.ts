import { deviceWireId } from '../wire-ids.ts';
import type { Command } from './command.ts';

/** Lists the devices of the account. */
export const devices: Command<'devices'> = {
  needs: 'member',
  handle: async ({ services, member }) => {
    const records = await services.storage.directory.devices.list(member.account.id);
    return {
      devices: records.map(({ id, name, createdAt, seenAt }) => ({
        device: deviceWireId(id),
        name,
        createdAt,
        seenAt,
        connected: services.sessions.isConnected(member.account.id, id),
        current: id === member.device,
      })),
    };
  },
};
