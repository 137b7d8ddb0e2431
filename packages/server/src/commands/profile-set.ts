import { Refusal } from '../ports/refusal.ts';
import { parseFileId } from '../wire-ids.ts';
import { done } from './command.ts';
import type { Command } from './command.ts';

/** Changes what contacts are shown. Not often: each of them is told. */
export const profileSet: Command<'profile-set'> = {
  needs: 'member',
  exclusive: true,
  handle: async ({ services, member }, { picture }) => {
    const account = member.account.id;
    const wait = services.profileChanges.take(String(account));
    if (wait > 0)
      throw new Refusal('too-fast', 'You have changed this often; wait a little.', { retryAfter: wait });
    const file = picture === '' ? null : (parseFileId(picture) ?? 0);
    await services.storage.directory.rosters.setPicture(account, file);
    return done;
  },
};
