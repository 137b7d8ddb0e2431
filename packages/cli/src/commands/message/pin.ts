import type { MessageId } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { changeRoom } from '../../link/changes.ts';
import { resolveConversations } from '../../link/resolve.ts';
import { messageItem, messageText } from '../../output/items/message.ts';

/** `natter pin MESSAGE [--remove]`. */
export async function pin(context: CommandContext): Promise<number> {
  const { given } = context;
  const message = given.word(0) as MessageId;
  const link = await context.link();
  const { account, conversation } = await link.call('message.get', { message });
  const action = given.flag('remove') ? 'unpin' : 'pin';
  return changeRoom(context, link, { account, conversation }, { action, message });
}

/** `natter pins WHO`. */
export async function pins(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  for (const conversation of await resolveConversations(link, given.word(0), given.text('account'))) {
    const found = await link.call('conversation.pins', { conversation }, { signal: context.signal });
    for (const message of found) output.item(messageItem(message), () => messageText(message, output.style));
  }
}
