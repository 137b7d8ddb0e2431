import { done } from './command.ts';
import type { Command } from './command.ts';
import { requireFits } from './limits.ts';
import { audienceOf } from './lookup.ts';

/** Replaces the body of an own message. */
export const edit: Command<'edit'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { seq, body }) => {
    requireFits(services, body);
    const { id } = conversation;
    const members = audienceOf(conversation);
    await services.storage.messages.edit({ conversation: id, seq, by: member.account.id, members }, body);
    return done;
  },
};
