import { done } from './command.ts';
import type { Command } from './command.ts';

/** Sets how long messages of a conversation stay. */
export const conversationUpdate: Command<'conversation-update'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { expiry }) => {
    const { conversations } = services.storage.directory;
    await conversations.setExpiry(conversation.id, member.account.id, expiry === 0 ? null : expiry);
    return done;
  },
};
