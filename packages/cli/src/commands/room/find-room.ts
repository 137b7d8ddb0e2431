import type { AccountId, ConversationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../../context.ts';
import { resolveOne } from '../../link/resolve.ts';

/** The room of a command's first argument. */
export async function findRoom(
  { given }: CommandContext,
  link: ClientLink,
): Promise<{ account: AccountId; conversation: ConversationId }> {
  const { account, conversation } = await resolveOne(link, given.word(0), {
    kinds: ['conversation'],
    account: given.text('account'),
  });
  return { account, conversation };
}
