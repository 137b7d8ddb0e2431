import type { CommandContext } from '../../context.ts';
import { changeRoom } from '../../link/changes.ts';
import { uploadFiles } from '../message/attach.ts';
import { findRoom } from './find-room.ts';

/** `natter room icon ROOM PATH | --remove`. */
export async function roomIcon(context: CommandContext): Promise<number> {
  const { given } = context;
  const path = given.optionalWord(1);
  const remove = given.flag('remove');
  if ((path === undefined) !== remove) throw given.error('give a picture, or --remove');
  const link = await context.link();
  const room = await findRoom(context, link);
  const [image = null] = path === undefined ? [] : await uploadFiles(context, link, [path]);
  return changeRoom(context, link, room, { action: 'avatar', image });
}
