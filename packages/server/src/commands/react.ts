import { done } from './command.ts';
import type { Command } from './command.ts';
import { audienceOf } from './lookup.ts';

/** Adds or takes away an own reaction. */
export const react: Command<'react'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { seq, key, on }) => {
    const { id } = conversation;
    const members = audienceOf(conversation);
    await services.storage.messages.react({ conversation: id, seq, by: member.account.id, members }, key, on);
    return done;
  },
};
