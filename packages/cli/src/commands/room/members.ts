import type { ConversationId, Member, RemoteKey, Role } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { Command } from '../../command-line/command.ts';
import type { CommandContext } from '../../context.ts';
import { changeRoom } from '../../link/changes.ts';
import { findInvited } from './find-invited.ts';
import { oneLine } from '../../output/sanitise.ts';
import { findRoom } from './find-room.ts';

/** `natter room members ROOM`. */
export async function roomMembers(context: CommandContext): Promise<void> {
  const { output } = context;
  const link = await context.link();
  const { account, conversation } = await findRoom(context, link);
  const { members, complete } = await link.call(
    'conversation.members',
    { conversation },
    { signal: context.signal },
  );
  for (const { key, name, self, contact, role, state, away } of members)
    output.item({ type: 'member', account, conversation, key, name, self, contact, role, state, away }, () =>
      [oneLine(name ?? key), role, state, ...(self ? ['you'] : []), ...(away ? ['away'] : [])].join('  '),
    );
  if (!complete) output.note('natter: the list is not complete yet');
}

/** `natter room invite ROOM CONTACT`. */
export async function inviteToRoom(context: CommandContext): Promise<number> {
  const { given } = context;
  const text = given.text('message');
  const link = await context.link();
  const room = await findRoom(context, link);
  const contact = await findInvited(link, given.word(1), room.account);
  return changeRoom(context, link, room, { action: 'invite', contact, ...(text !== undefined && { text }) });
}

/** `natter room kick ROOM MEMBER`. */
export const kickFromRoom: Command = (context) => removeMember(context, 'kick');

/** `natter room ban ROOM MEMBER`. */
export const banFromRoom: Command = (context) => removeMember(context, 'ban');

/** `natter room unban ROOM MEMBER`. */
export const unbanFromRoom: Command = (context) => removeMember(context, 'unban');

/** Who is to be banned, or was, need not be on the list of members: then the words are their key. */
async function removeMember(context: CommandContext, action: 'kick' | 'ban' | 'unban'): Promise<number> {
  const { given } = context;
  const reason = action === 'unban' ? undefined : given.text('reason');
  const link = await context.link();
  const room = await findRoom(context, link);
  const found = await membersCalled(link, room.conversation, given.word(1));
  const absent = found.length === 0 && action !== 'kick';
  const member = absent ? (given.word(1) as RemoteKey) : onlyOne(found, given.word(1)).key;
  return changeRoom(context, link, room, { action, member, ...(reason !== undefined && { reason }) });
}

/** `natter room role ROOM MEMBER ROLE`. */
export async function giveRole(context: CommandContext): Promise<number> {
  const role = roles.find((name) => name === context.given.word(2));
  if (role === undefined)
    throw context.given.error(`ROLE is ${roles.join(', ')}, not '${context.given.word(2)}'`);
  return changeRole(context, role);
}

/** `natter room transfer ROOM MEMBER`. */
export const transferRoom: Command = (context) => changeRole(context, 'owner');

/** Those that can be given. */
const roles: readonly Role[] = ['owner', 'admin', 'moderator', 'member', 'visitor'];

async function changeRole(context: CommandContext, role: Role): Promise<number> {
  const link = await context.link();
  const room = await findRoom(context, link);
  const { key } = await findMember(link, room.conversation, context.given.word(1));
  return changeRoom(context, link, room, { action: 'role', member: key, role });
}

async function findMember(link: ClientLink, conversation: ConversationId, text: string): Promise<Member> {
  return onlyOne(await membersCalled(link, conversation, text), text);
}

/** Members by key or name. */
async function membersCalled(
  link: ClientLink,
  conversation: ConversationId,
  text: string,
): Promise<readonly Member[]> {
  const { members } = await link.call('conversation.members', { conversation });
  return members.filter(({ key, name }) => key === text || name === text);
}

function onlyOne(found: readonly Member[], text: string): Member {
  const [only, second] = found;
  if (only && !second) return only;
  if (only)
    throw new NatterError(
      errorData('ambiguous', `'${text}' fits several members: ${found.map(({ key }) => key).join(', ')}`, {
        userAction: 'choose',
      }),
    );
  throw new NatterError(errorData('not-found', `there is no member '${text}'`, { scope: 'conversation' }));
}
