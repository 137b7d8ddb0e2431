import {
  remoteKey,
  type ConversationIn,
  type ConversationState,
  type Event,
  type MemberIn,
  type RemoteKey,
} from '@natter/core';
import type { Conversation, GroupChange, GroupConversation, GroupMember } from '@natter/native-protocol';
import { avatarOf } from './avatar.ts';
import { messageKey } from './keys.ts';
import type { Reader } from './message.ts';

/** A group as it is now: itself, and everybody in it anew. */
export function groupEvents(group: GroupConversation, reader: Reader): Event[] {
  const key = remoteKey(group.conversation);
  const own = group.members.find(({ address }) => address === reader.self);
  return [
    {
      type: 'upsert',
      of: 'conversation',
      key,
      value: {
        kind: 'group',
        state: stateOf(own),
        title: group.title,
        topic: group.topic === '' ? null : group.topic,
        avatar: avatarOf(group.icon),
        ...settingsOf(group),
        role: own?.role ?? 'none',
        contact: null,
      },
    },
    ...memberEvents(group, reader),
  ];
}

/** Everybody in a group, as a list that replaces what was known. An invitation shows nobody but ourselves. */
export function memberEvents(group: GroupConversation, reader: Reader): Event[] {
  const key = remoteKey(group.conversation);
  const sweep = { type: 'sweep', of: 'member', in: key, generation: `list:${reader.now}` } as const;
  return [
    { ...sweep, end: false },
    ...group.members.map((member) => memberEvent(key, member, reader)),
    { ...sweep, end: true },
    {
      type: 'upsert',
      of: 'conversation',
      key,
      value: { membersComplete: group.invitation === undefined },
    },
  ];
}

/** What has changed in a group. When it is we who are out, that is all that is said. */
export function groupChangeEvents(change: GroupChange, reader: Reader): Event[] {
  const key = remoteKey(change.conversation);
  const members = change.members ?? [];
  const own = members.find(({ address }) => address === reader.self);
  const value = {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.topic === undefined ? {} : { topic: change.topic === '' ? null : change.topic }),
    ...(change.icon === undefined ? {} : { avatar: avatarOf(change.icon) }),
    ...(own === undefined ? {} : { state: stateOf(own), role: own.role }),
  };
  const events: Event[] = members.map((member) => memberEvent(key, member, reader));
  if (Object.keys(value).length > 0) events.push({ type: 'upsert', of: 'conversation', key, value });
  return events;
}

/** What is set for a conversation, as it is told with it. */
export function settingsOf({
  conversation,
  pins = [],
  expiry,
}: Pick<Conversation, 'conversation' | 'pins' | 'expiry'>): Pick<ConversationIn, 'pins' | 'expiry'> {
  return { pins: pins.map((seq) => messageKey(conversation, seq)), expiry: expiry ?? null };
}

function memberEvent(conversation: RemoteKey, member: GroupMember, reader: Reader): Event {
  const key = remoteKey(member.address);
  if (member.standing === 'left') return { type: 'remove', of: 'member', in: conversation, key };
  const self = member.address === reader.self;
  const value: MemberIn = {
    name: member.name,
    self,
    contact: self ? null : key,
    proof: 'account',
    role: member.standing === 'banned' ? 'none' : member.role,
    state: member.standing,
  };
  return { type: 'upsert', of: 'member', in: conversation, key, value };
}

function stateOf(own: GroupMember | undefined): ConversationState {
  return own?.standing ?? 'left';
}
