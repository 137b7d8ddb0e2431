import type { CommandContext } from '../../context.ts';
import { changeRoom } from '../../link/changes.ts';
import { conversationItem, conversationText } from '../conversation.ts';
import { findRoom } from './find-room.ts';

/** `natter room topic ROOM [TEXT]`. */
export async function roomTopic(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const link = await context.link();
  const room = await findRoom(context, link);
  if (given.optionalWord(1) !== undefined)
    return changeRoom(context, link, room, { action: 'topic', text: given.words(1).join(' ') });
  const view = await link.call('conversation.get', { conversation: room.conversation });
  output.item({ ...conversationItem(view), type: 'room' }, () => conversationText(view));
  return 0;
}

/** `natter room rename ROOM TITLE`. */
export async function renameRoom(context: CommandContext): Promise<number> {
  const link = await context.link();
  const room = await findRoom(context, link);
  return changeRoom(context, link, room, { action: 'title', text: context.given.words(1).join(' ') });
}
