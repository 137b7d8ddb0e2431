import { Refusal } from '../ports/refusal.ts';
import { parseFileId } from '../wire-ids.ts';
import type { Command } from './command.ts';

/** Announces a file, or finds the one that was announced before. */
export const fileCreate: Command<'file-create'> = {
  needs: 'member',
  handle: async ({ services, member }, { clientId, name, mediaType, size }) => {
    const { fileBytes = 0 } = services.settings.limits;
    if (size > fileBytes)
      throw new Refusal('too-large', `A file may have ${fileBytes} bytes.`, { field: 'size' });
    const owner = member.account.id;
    const file = await services.storage.files.create({ owner, clientId, name, mediaType, size });
    // An empty one is complete as it is.
    if (size === 0) await services.files.finish(file);
    return services.files.access(file.id, owner);
  },
};

/** Gives leave to read a file. */
export const fileGet: Command<'file-get'> = {
  needs: 'member',
  handle: ({ services, member }, { file }) =>
    services.files.access(parseFileId(file) ?? 0, member.account.id),
};
