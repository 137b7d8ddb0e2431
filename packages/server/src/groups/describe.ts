import type {
  ConversationSettings,
  GroupConversation,
  GroupMember,
  MemberPosition,
} from '@natter/native-protocol';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import type { Marked } from '../ports/message-log.ts';
import { conversationWireId, fileWireId } from '../wire-ids.ts';
import { memberOf } from './group.ts';
import type { GroupMemberRecord, GroupRecord } from './group.ts';

/** Who somebody is, to other people. */
export interface Profile {
  readonly address: string;
  readonly name: string;
}

/** What is to be known beside the group to show it. */
export interface GroupFacts {
  readonly profileOf: (account: AccountId) => Profile;
  readonly lastSeq: number;
  readonly markers: readonly Marked[];
}

/** A group as one of its members sees it. Who is invited sees what it is called, who asks them, and nobody else. */
export function describeGroup(
  record: Omit<ConversationRecord, 'members'>,
  reader: AccountId,
  facts: GroupFacts,
): GroupConversation {
  const { id, group } = record;
  if (group === null) throw new TypeError(`conversation ${id} is no group`);
  const own = memberOf(group, reader);
  const inside = own?.standing === 'joined';
  const shown = inside ? group.members : group.members.filter((member) => member === own);
  return {
    conversation: conversationWireId(id),
    kind: 'group',
    title: group.title,
    topic: group.topic,
    ...(group.icon === null ? {} : { icon: fileWireId(group.icon) }),
    history: group.history,
    members: shown.map((member) => describeMember(member, facts.profileOf)),
    ...(inside ? describeSettings(record, own.hiddenUpTo) : {}),
    ...(own?.standing === 'invited' ? { invitation: invitationOf(own, facts) } : {}),
    firstSeq: (own?.hiddenUpTo ?? 0) + 1,
    lastSeq: inside ? facts.lastSeq : 0,
    positions: inside ? positionsOf(group, facts) : [],
  };
}

/** What is set for a conversation; of the pins, those that the reader may see. */
export function describeSettings(
  { expiry, pins }: Pick<ConversationRecord, 'expiry' | 'pins'>,
  hiddenUpTo: number,
): ConversationSettings {
  const seen = pins.filter((seq) => seq > hiddenUpTo);
  return { ...(expiry === null ? {} : { expiry }), ...(seen.length === 0 ? {} : { pins: seen }) };
}

/** A row of a group. */
export function describeMember(
  { account, role, standing }: GroupMemberRecord,
  profileOf: GroupFacts['profileOf'],
): GroupMember {
  return { ...profileOf(account), role, standing };
}

function invitationOf(
  { invitedBy, invitationText }: GroupMemberRecord,
  { profileOf }: GroupFacts,
): { by: string; text?: string } {
  const by = profileOf(invitedBy ?? 0).address;
  return invitationText === '' ? { by } : { by, text: invitationText };
}

function positionsOf(group: GroupRecord, { markers, profileOf }: GroupFacts): MemberPosition[] {
  return markers
    .filter(({ account }) => memberOf(group, account)?.standing === 'joined')
    .map(({ account, delivered, read }) => ({ address: profileOf(account).address, delivered, read }));
}
