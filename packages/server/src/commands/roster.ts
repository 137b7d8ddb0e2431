import type { Command } from './command.ts';

/** Reads the roster, or what has changed since a version. */
export const roster: Command<'roster'> = {
  needs: 'member',
  handle: ({ services, member }, frame) => services.storage.directory.rosters.read(member.account.id, frame.version ?? null),
};
