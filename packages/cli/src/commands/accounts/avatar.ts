import type { CommandContext } from '../../context.ts';
import { changeProfile } from '../../link/changes.ts';
import { findAccount } from '../../link/choose-account.ts';
import { uploadFiles } from '../message/attach.ts';

/** `natter account avatar ACCOUNT PATH | --remove`. */
export async function setAvatar(context: CommandContext): Promise<number> {
  const { given } = context;
  const path = given.optionalWord(1);
  const remove = given.flag('remove');
  if ((path === undefined) !== remove) throw given.error('give a picture, or --remove');
  const link = await context.link();
  const { id: account } = await findAccount(link, given.word(0));
  const [image = null] = path === undefined ? [] : await uploadFiles(context, link, [path]);
  return changeProfile(context, link, account, { action: 'avatar', image });
}
