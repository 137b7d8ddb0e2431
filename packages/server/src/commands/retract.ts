import { done } from './command.ts';
import type { Command } from './command.ts';
import { audienceOf } from './lookup.ts';

/** Takes an own message back. Allowed under a block too: it takes away and says nothing. */
export const retract: Command<'retract'> = {
  needs: 'conversation',
  access: 'read',
  handle: async ({ services, member, conversation }, { seq }) => {
    const { id } = conversation;
    const members = audienceOf(conversation);
    await services.storage.messages.retract({ conversation: id, seq, by: member.account.id, members });
    return done;
  },
};
