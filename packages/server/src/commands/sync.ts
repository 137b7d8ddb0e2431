import { Refusal } from '../ports/refusal.ts';
import { RawResult } from './command.ts';
import type { Command } from './command.ts';

/** Reads the update log from a cursor; at its end the session is live. */
export const sync: Command<'sync'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ session, services }, { after, limit }) => {
    if (session.follower === null) throw new Refusal('not-signed-in', 'Sign in first.');
    return new RawResult(
      await session.follower.page(after, Math.min(limit ?? 200, services.settings.limits.pageSize)),
    );
  },
};
