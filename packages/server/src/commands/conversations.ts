import { Refusal } from '../ports/refusal.ts';
import { conversationWireId, parseConversationId } from '../wire-ids.ts';
import type { Command } from './command.ts';
import { describeConversation } from './describe-conversation.ts';

/** Lists the conversations of the account, a page at a time. */
export const conversations: Command<'conversations'> = {
  needs: 'member',
  // One at a time: the answer may be long, and the next is not made before this one is on its way.
  exclusive: true,
  handle: async ({ services, member }, frame) => {
    const after = frame.after === undefined ? 0 : parseConversationId(frame.after);
    if (after === null) throw new Refusal('invalid', 'This is no place in the list.', { field: 'after' });
    const limit = Math.min(frame.limit ?? 100, services.settings.limits.pageSize);
    const records = await services.storage.directory.conversations.list(member.account.id, after, limit + 1);
    const page = records.slice(0, limit);
    const last = page.at(-1);
    return {
      conversations: await Promise.all(
        page.map((record) => describeConversation(services, record, member.account.id)),
      ),
      next: last !== undefined && records.length > limit ? conversationWireId(last.id) : null,
    };
  },
};
