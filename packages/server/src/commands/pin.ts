import { done } from './command.ts';
import type { Command } from './command.ts';

/** Pins a message, or takes the pin away. */
export const pin: Command<'pin'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { seq, on }) => {
    await services.storage.directory.conversations.pin(conversation.id, member.account.id, seq, on);
    return done;
  },
};
