import type { AccountId, ContactId, ConversationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { Command } from '../../command-line/command.ts';
import type { CommandContext } from '../../context.ts';
import { chooseAccount, findAccountId } from '../../link/choose-account.ts';
import { changeRoom } from '../../link/changes.ts';
import { findInvited } from './find-invited.ts';
import { passwordSource } from '../../prompts/password.ts';
import { findRoom } from './find-room.ts';

/** `natter room join ADDRESS`; a room that has invited us may be called by its title. */
export async function joinRoom(context: CommandContext): Promise<number> {
  const { given } = context;
  const nick = given.text('nick');
  const password = given.flag('password-stdin') ? await passwordSource(context).read('Password') : null;
  const link = await context.link();
  const invited = await findInvitation(context, link);
  if (invited !== null) return changeRoom(context, link, invited, { action: 'accept-invitation' });
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

/** The room that has invited us and is called like this; `null` when the words are the address of another. */
async function findInvitation(
  { given, signal }: CommandContext,
  link: ClientLink,
): Promise<{ account: AccountId; conversation: ConversationId } | null> {
  const account = await findAccountId(link, given.text('account'));
  const params = { text: given.word(0), ...(account !== undefined && { account }) };
  const matches = await link.call('resolve', params, { signal });
  for (const match of matches) {
    if (match.kind !== 'conversation') continue;
    const { state } = await link.call('conversation.get', { conversation: match.conversation }, { signal });
    if (state === 'invited') return { account: match.account, conversation: match.conversation };
  }
  return null;
}

/** `natter room leave ROOM`; an invitation to it is declined. */
export async function leaveRoom(context: CommandContext): Promise<number> {
  const link = await context.link();
  const room = await findRoom(context, link);
  const { state } = await link.call('conversation.get', { conversation: room.conversation });
  return changeRoom(context, link, room, { action: state === 'invited' ? 'decline-invitation' : 'leave' });
}

/** `natter room accept ROOM`. */
export const acceptInvitation: Command = (context) => answer(context, 'accept-invitation');

/** `natter room decline ROOM`. */
export const declineInvitation: Command = (context) => answer(context, 'decline-invitation');

async function answer(
  context: CommandContext,
  action: 'accept-invitation' | 'decline-invitation',
): Promise<number> {
  const link = await context.link();
  const room = await findRoom(context, link);
  const { state, title } = await link.call('conversation.get', { conversation: room.conversation });
  if (state !== 'invited')
    throw new NatterError(
      errorData('invalid', `there is no open invitation to '${title ?? context.given.word(0)}'`, {
        scope: 'conversation',
      }),
    );
  return changeRoom(context, link, room, { action });
}

/** `natter room create NAME`. */
export async function createRoom(context: CommandContext): Promise<number> {
  const { given } = context;
  const [address, topic] = [given.text('address'), given.text('topic')];
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  const invite: ContactId[] = [];
  for (const who of given.texts('invite')) invite.push(await findInvited(link, who, account.id));
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
