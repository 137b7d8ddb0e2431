import { done } from './command.ts';
import type { Command, MemberContext } from './command.ts';
import { audienceOf, conversationOf, peerOf } from './lookup.ts';

/** Moves own markers forward. */
export const mark: Command<'mark'> = {
  needs: 'member',
  handle: async (context, frame) => {
    await Promise.all(
      frame.marks.map(({ conversation, seq }) => moveMarker(context, frame.kind, conversation, seq)),
    );
    return done;
  },
};

/** Under a block the marker moves all the same, and only the own devices hear of it. */
async function moveMarker(
  { services, member }: MemberContext,
  kind: 'delivered' | 'read',
  wireId: string,
  seq: number,
): Promise<void> {
  const by = member.account.id;
  const conversation = await conversationOf(services, by, wireId);
  const block =
    conversation.group === null
      ? await services.storage.directory.rosters.blockBetween(by, peerOf(conversation, by))
      : 'none';
  const members = block === 'none' ? audienceOf(conversation) : [by];
  await services.storage.messages.mark({ conversation: conversation.id, seq, by, members }, kind);
}
