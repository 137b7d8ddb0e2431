import { conversationWireId, messageWireId } from '../wire-ids.ts';
import type { Command } from './command.ts';
import { requireFits } from './limits.ts';
import { audienceOf } from './lookup.ts';

/** Stores a message; answers after the commit. */
export const send: Command<'send'> = {
  needs: 'conversation',
  access: 'write',
  handle: async ({ services, member, conversation }, { clientId, body }) => {
    requireFits(services, body);
    const { id } = conversation;
    const members = audienceOf(conversation);
    const { seq, time, expiresAt } = await services.storage.messages.append({
      conversation: id,
      sender: member.account.id,
      clientId,
      body,
      members,
    });
    if (expiresAt !== null) services.expiry.note(expiresAt);
    return { conversation: conversationWireId(id), seq, messageId: messageWireId(id, seq), time };
  },
};
