import type { AccountId, ConversationView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';

/** Conversations that are asked for at once. */
const pageSize = 500;

/** All conversations, of one account or of all, however many there are. */
export async function listConversations(
  link: ClientLink,
  { account, signal }: { readonly account?: AccountId | undefined; readonly signal?: AbortSignal } = {},
): Promise<readonly ConversationView[]> {
  const found: ConversationView[] = [];
  for (;;) {
    const query = { ...(account !== undefined && { account }), offset: found.length, limit: pageSize };
    const { rows, total } = await link.call('conversation.list', query, signal && { signal });
    found.push(...rows);
    if (rows.length === 0 || found.length >= total) return found;
  }
}
