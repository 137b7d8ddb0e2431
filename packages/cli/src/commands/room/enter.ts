import type { ContactId } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { chooseAccount } from '../../link/choose-account.ts';
import { changeRoom } from '../../link/changes.ts';
import { resolveContact } from '../../link/resolve.ts';
import { passwordSource } from '../../prompts/password.ts';
import { findRoom } from './find-room.ts';

/** `natter room join ADDRESS`. */
export async function joinRoom(context: CommandContext): Promise<number> {
  const { given } = context;
  const nick = given.text('nick');
  const password = given.flag('password-stdin') ? await passwordSource(context).read('Password') : null;
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  return changeRoom(
    context,
    link,
    { account: account.id },
    {
      action: 'join',
      address: given.word(0),
      ...(nick !== undefined && { nick }),
      ...(password !== null && { password }),
    },
  );
}

/** `natter room leave ROOM`. */
export async function leaveRoom(context: CommandContext): Promise<number> {
  const link = await context.link();
  return changeRoom(context, link, await findRoom(context, link), { action: 'leave' });
}

/** `natter room create NAME`. */
export async function createRoom(context: CommandContext): Promise<number> {
  const { given } = context;
  const [address, topic] = [given.text('address'), given.text('topic')];
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  const invite: ContactId[] = [];
  for (const who of given.texts('invite')) invite.push((await resolveContact(link, who, account.id)).contact);
  return changeRoom(
    context,
    link,
    { account: account.id },
    {
      action: 'create',
      name: given.word(0),
      kind: given.flag('public') ? 'channel' : 'group',
      ...(address !== undefined && { address }),
      ...(topic !== undefined && { topic }),
      ...(invite.length > 0 && { invite }),
    },
  );
}
