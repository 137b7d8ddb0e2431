import type { Command } from './command.ts';
import { describeDirect } from './describe-conversation.ts';
import { accountAt, requireNoBlock } from './lookup.ts';

/** Finds or makes the direct conversation with somebody. */
export const conversationOpen: Command<'conversation-open'> = {
  needs: 'member',
  handle: async ({ services, member }, frame) => {
    const peer = await accountAt(services, frame.peer);
    await requireNoBlock(services, member.account.id, peer.id);
    const record = await services.storage.directory.conversations.direct(member.account.id, peer.id);
    return describeDirect(services, record, member.account.id);
  },
};
