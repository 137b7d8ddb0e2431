import type { Command } from './command.ts';

/** Reads the roster, or what has changed since a version. */
export const roster: Command<'roster'> = {
  needs: 'member',
  // One at a time: the answer may be long, and the next is not made before this one is on its way.
  exclusive: true,
  handle: ({ services, member }, frame) =>
    services.storage.directory.rosters.read(member.account.id, frame.version ?? null),
};
