import type { GroupConversation } from '@natter/native-protocol';
import type { GroupAction } from '../groups/group.ts';
import type { ConversationId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { parseConversationId, parseFileId } from '../wire-ids.ts';
import { done } from './command.ts';
import type { Command, MemberContext } from './command.ts';
import { describeGroupOf } from './describe-conversation.ts';
import { accountAt, requireNoBlock } from './lookup.ts';

/** Makes a group and invites to it. */
export const groupCreate: Command<'group-create'> = {
  needs: 'member',
  handle: async (context, { clientId, title, topic = '', history = 'joined', invite = [] }) => {
    const { services, member } = context;
    const invited = await Promise.all(invite.map((address) => invitable(context, address)));
    const record = await services.storage.directory.conversations.createGroup({
      creator: member.account.id,
      clientId,
      title,
      topic,
      history,
      invite: invited.filter((account) => account !== member.account.id),
    });
    return describeGroupOf(services, record, member.account.id) satisfies Promise<GroupConversation>;
  },
};

/** Invites one more. */
export const groupInvite: Command<'group-invite'> = {
  needs: 'member',
  handle: async (context, { conversation, address, text = '' }) => {
    const account = await invitable(context, address);
    return change(context, conversation, { type: 'invite', account, text });
  },
};

export const groupAccept: Command<'group-accept'> = {
  needs: 'member',
  handle: (context, { conversation }) => change(context, conversation, { type: 'accept' }),
};

export const groupDecline: Command<'group-decline'> = {
  needs: 'member',
  handle: (context, { conversation }) => change(context, conversation, { type: 'decline' }),
};

export const groupLeave: Command<'group-leave'> = {
  needs: 'member',
  handle: (context, { conversation }) => change(context, conversation, { type: 'leave' }),
};

export const groupKick: Command<'group-kick'> = {
  needs: 'member',
  handle: (context, frame) => remove(context, 'kick', frame),
};

export const groupBan: Command<'group-ban'> = {
  needs: 'member',
  handle: (context, frame) => remove(context, 'ban', frame),
};

export const groupUnban: Command<'group-unban'> = {
  needs: 'member',
  handle: (context, frame) => remove(context, 'unban', frame),
};

/** Gives a role; `owner` hands the group over. */
export const groupRole: Command<'group-role'> = {
  needs: 'member',
  handle: async (context, { conversation, address, role }) => {
    const { id: account } = await accountAt(context.services, address);
    return change(context, conversation, { type: 'role', account, role });
  },
};

/** Sets title, topic and picture. */
export const groupUpdate: Command<'group-update'> = {
  needs: 'member',
  handle: (context, { conversation, title, topic, icon }) =>
    change(context, conversation, {
      type: 'update',
      ...(icon === undefined ? {} : { icon: icon === '' ? null : (parseFileId(icon) ?? 0) }),
      ...(title === undefined ? {} : { title }),
      ...(topic === undefined ? {} : { topic }),
    }),
};

async function remove(
  context: MemberContext,
  type: 'kick' | 'ban' | 'unban',
  frame: { readonly conversation: string; readonly address: string; readonly reason?: string },
): Promise<typeof done> {
  const { id: account } = await accountAt(context.services, frame.address);
  const reason = frame.reason === undefined ? {} : { reason: frame.reason };
  return change(context, frame.conversation, { type, account, ...reason });
}

/** Whether `by` may do it is decided where it is written. */
async function change(
  { services, member }: MemberContext,
  wireId: string,
  action: GroupAction,
): Promise<typeof done> {
  await services.storage.directory.conversations.changeGroup(groupId(wireId), member.account.id, action);
  return done;
}

function groupId(wireId: string): ConversationId {
  const id = parseConversationId(wireId);
  if (id === null) throw new Refusal('not-found', 'There is no such conversation.');
  return id;
}

/** Somebody who may be invited: an invitation is a message, and a block stops it. */
async function invitable({ services, member }: MemberContext, address: string): Promise<number> {
  const { id } = await accountAt(services, address);
  await requireNoBlock(services, member.account.id, id);
  return id;
}
