import { done } from './command.ts';
import type { Command } from './command.ts';

/** Adds or takes away an own reaction. */
export const react: Command<'react'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { seq, key, on }) => {
    const { id, members } = conversation;
    await services.storage.messages.react({ conversation: id, seq, by: member.account.id, members }, key, on);
    return done;
  },
};
