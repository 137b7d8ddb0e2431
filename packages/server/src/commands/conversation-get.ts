import { memberOf } from '../groups/group.ts';
import { Refusal } from '../ports/refusal.ts';
import { parseConversationId } from '../wire-ids.ts';
import type { Command } from './command.ts';
import { describeConversation } from './describe-conversation.ts';

/** One conversation as it is now. Who is invited to a group may ask, too, and is shown the invitation. */
export const conversationGet: Command<'conversation-get'> = {
  needs: 'member',
  handle: async ({ services, member }, frame) => {
    const self = member.account.id;
    const id = parseConversationId(frame.conversation);
    const record = id === null ? null : await services.storage.directory.conversations.get(id);
    const invited =
      record !== null && record.group !== null && memberOf(record.group, self)?.standing === 'invited';
    if (record === null || !(invited || record.members.includes(self)))
      throw new Refusal('not-found', 'There is no such conversation.');
    return describeConversation(services, record, self);
  },
};
