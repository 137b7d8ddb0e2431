import type { GroupRole } from '@natter/native-protocol';
import type { AccountId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { memberOf } from './group.ts';
import type { GroupAction, GroupMemberRecord, GroupRecord } from './group.ts';

/** What a transition must know of the world. */
export interface GroupMoment {
  readonly now: number;
  /** The newest `seq` of the conversation. */
  readonly lastSeq: number;
  readonly mostMembers: number;
}

const ranks: Readonly<Record<GroupRole, number>> = { member: 0, admin: 1, owner: 2 };

/**
 * What a group becomes by an action of an account. Pure, and the one place that says who may do what to whom: every
 * implementation of the port reads the group, calls this, and writes what has changed. The same group comes back when
 * there is nothing to do, so that everything may be repeated.
 * @throws Refusal `not-found` to whom the group does not concern, `forbidden` to who is in it, `full`
 */
export function transition(
  group: GroupRecord,
  by: AccountId,
  action: GroupAction,
  moment: GroupMoment,
): GroupRecord {
  const actor = memberOf(group, by);
  // A stranger and somebody banned learn as much as from a group that there is not.
  if (actor === undefined || actor.standing === 'banned') throw noSuchGroup();
  if (action.type === 'accept') return accept(group, actor, moment);
  if (action.type === 'decline') return decline(group, actor);
  if (actor.standing !== 'joined') throw noSuchGroup();
  switch (action.type) {
    case 'leave':
      return leave(group, actor);
    case 'update':
      requireRank(actor, 'admin', 'Only the owner and admins set title, topic and picture.');
      return update(group, action);
    case 'invite':
      requireRank(actor, 'admin', 'Only the owner and admins invite.');
      return invite(group, actor, action, moment);
    case 'role':
      requireRank(actor, 'owner', 'Only the owner gives roles.');
      return giveRole(group, actor, action);
    case 'kick':
    case 'ban':
    case 'unban':
      requireRank(actor, 'admin', 'Only the owner and admins remove people.');
      return remove(group, actor, action, moment);
  }
}

/** The first state of a group. */
export function newGroup(
  creator: AccountId,
  invited: readonly AccountId[],
  about: Pick<GroupRecord, 'title' | 'topic' | 'icon' | 'history'>,
  moment: GroupMoment,
): GroupRecord {
  const owner: GroupMemberRecord = {
    account: creator,
    role: 'owner',
    standing: 'joined',
    since: moment.now,
    hiddenUpTo: 0,
    invitedBy: null,
    invitationText: '',
  };
  let group: GroupRecord = { ...about, members: [owner] };
  for (const account of invited) group = invite(group, owner, { account, text: '' }, moment);
  return group;
}

function accept(group: GroupRecord, actor: GroupMemberRecord, moment: GroupMoment): GroupRecord {
  if (actor.standing === 'joined') return group;
  const hiddenUpTo = group.history === 'all' ? 0 : moment.lastSeq;
  return put(group, { ...actor, standing: 'joined', since: moment.now, hiddenUpTo });
}

function decline(group: GroupRecord, actor: GroupMemberRecord): GroupRecord {
  if (actor.standing === 'joined') throw new Refusal('forbidden', 'You are in this group; leave it instead.');
  return drop(group, actor);
}

function leave(group: GroupRecord, actor: GroupMemberRecord): GroupRecord {
  const rest = drop(group, actor);
  const heir = actor.role === 'owner' ? heirOf(rest) : null;
  return heir === null ? rest : put(rest, { ...heir, role: 'owner' });
}

/** Who has been here longest, an admin before a member. */
function heirOf(group: GroupRecord): GroupMemberRecord | null {
  const inside = group.members.filter(({ standing }) => standing === 'joined');
  const [first] = inside.toSorted(
    (a, b) => ranks[b.role] - ranks[a.role] || a.since - b.since || a.account - b.account,
  );
  return first ?? null;
}

function update(group: GroupRecord, { title, topic, icon }: GroupAction & { type: 'update' }): GroupRecord {
  const next = {
    ...group,
    title: title ?? group.title,
    topic: topic ?? group.topic,
    icon: icon === undefined ? group.icon : icon,
  };
  const same = next.title === group.title && next.topic === group.topic && next.icon === group.icon;
  return same ? group : next;
}

function invite(
  group: GroupRecord,
  actor: GroupMemberRecord,
  { account, text }: { readonly account: AccountId; readonly text: string },
  moment: GroupMoment,
): GroupRecord {
  const target = memberOf(group, account);
  if (target?.standing === 'banned')
    throw new Refusal('forbidden', 'This person is banned; lift that first.');
  if (target !== undefined) return group;
  const count = group.members.filter(({ standing }) => standing !== 'banned').length;
  if (count >= moment.mostMembers)
    throw new Refusal('full', `A group has ${moment.mostMembers} members at most.`);
  return put(group, {
    account,
    role: 'member',
    standing: 'invited',
    since: moment.now,
    hiddenUpTo: 0,
    invitedBy: actor.account,
    invitationText: text,
  });
}

function giveRole(
  group: GroupRecord,
  actor: GroupMemberRecord,
  { account, role }: { readonly account: AccountId; readonly role: GroupRole },
): GroupRecord {
  const target = memberOf(group, account);
  if (target?.standing !== 'joined') throw noSuchMember();
  if (target.role === role) return group;
  if (target.account === actor.account)
    throw new Refusal('forbidden', 'Hand the group over to somebody else first.');
  const given = put(group, { ...target, role });
  return role === 'owner' ? put(given, { ...actor, role: 'admin' }) : given;
}

function remove(
  group: GroupRecord,
  actor: GroupMemberRecord,
  action: { readonly type: 'kick' | 'ban' | 'unban'; readonly account: AccountId },
  { now }: GroupMoment,
): GroupRecord {
  const target = memberOf(group, action.account);
  if (target !== undefined && target.standing !== 'banned' && ranks[target.role] >= ranks[actor.role])
    throw new Refusal('forbidden', 'This member ranks as high as you or higher.');
  const banned = target?.standing === 'banned';
  if (action.type === 'unban') return banned ? drop(group, target) : group;
  if (action.type === 'kick') return target === undefined || banned ? group : drop(group, target);
  if (banned) return group;
  return put(group, {
    account: action.account,
    role: 'member',
    standing: 'banned',
    since: now,
    hiddenUpTo: 0,
    invitedBy: null,
    invitationText: '',
  });
}

function put(group: GroupRecord, member: GroupMemberRecord): GroupRecord {
  const others = group.members.filter(({ account }) => account !== member.account);
  return { ...group, members: [...others, member].toSorted((a, b) => a.account - b.account) };
}

function drop(group: GroupRecord, member: GroupMemberRecord): GroupRecord {
  return { ...group, members: group.members.filter(({ account }) => account !== member.account) };
}

/** @throws Refusal `forbidden` to who ranks lower. */
export function requireRank(actor: GroupMemberRecord, role: GroupRole, message: string): void {
  if (ranks[actor.role] < ranks[role]) throw new Refusal('forbidden', message);
}

function noSuchGroup(): Refusal {
  return new Refusal('not-found', 'There is no such conversation.');
}

function noSuchMember(): Refusal {
  return new Refusal('not-found', 'There is no such member.');
}
