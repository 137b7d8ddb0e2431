import type { Command } from './command.ts';

/** Starts or ends presence pushes. */
export const presenceWatch: Command<'presence-watch'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session }, frame) => {
    if (frame.on) return { presences: await session.watchPresence() };
    session.stopWatchingPresence();
    return { presences: [] };
  },
};
