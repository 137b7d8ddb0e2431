import { joinedAccounts, memberOf } from '../groups/group.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';

/**
 * Who hears what `by` says in a group, or does to its message `seq`: of that, only who may see it.
 * @throws Refusal `not-found` when `by` is not in the group, or may not see the message.
 */
export function audienceOf(
  conversation: ConversationRecord | null,
  by: AccountId,
  seq?: number,
): readonly AccountId[] {
  const group = conversation?.group ?? null;
  const speaker = group === null ? undefined : memberOf(group, by);
  if (group === null || speaker?.standing !== 'joined')
    throw new Refusal('not-found', 'There is no such conversation.');
  if (seq === undefined) return joinedAccounts(group);
  if (seq <= speaker.hiddenUpTo) throw new Refusal('not-found', 'There is no such message.');
  return group.members
    .filter(({ standing, hiddenUpTo }) => standing === 'joined' && hiddenUpTo < seq)
    .map(({ account }) => account);
}
