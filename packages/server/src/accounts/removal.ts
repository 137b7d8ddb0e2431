import type { AccountId } from '../ports/identifiers.ts';
import type { Services } from '../services.ts';

const page = 200;

/** What live connections of an account that has ended are told. */
export const accountEnded = { code: 'token-invalid', message: 'This account has been deleted.' } as const;

/**
 * Takes accounts that have ended out of rosters and groups. What they said stays with whom they said it to. Each step
 * may be repeated, so a crash in between costs nothing: called at the start, and whenever an account has ended.
 */
export async function finishRemovals(services: Services): Promise<void> {
  const { accounts } = services.storage.directory;
  for (const account of await accounts.removals()) {
    services.storage.bus.publish(account, { kind: 'end', error: accountEnded });
    await leaveGroups(services, account);
    for (const { watcher, watched, allowed } of await services.storage.directory.rosters.end(account))
      services.storage.bus.publish(watcher, { kind: 'access', watched, allowed });
    await accounts.removed(account);
    services.log({ level: 'info', event: 'account-removed', account });
  }
}

async function leaveGroups({ storage }: Services, account: AccountId): Promise<void> {
  const { conversations } = storage.directory;
  for (let after = 0; ;) {
    const records = await conversations.list(account, after, page);
    for (const { id, group } of records) {
      if (group === null) continue;
      const inside = group.members.some(
        (member) => member.account === account && member.standing === 'joined',
      );
      await conversations.changeGroup(id, account, { type: inside ? 'leave' : 'decline' });
    }
    const last = records.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
