import type { GroupHistory, GroupRole } from '@natter/native-protocol';
import type { AccountId, FileId } from '../ports/identifiers.ts';

/** A row of a group. Who has left has none. */
export interface GroupMemberRecord {
  readonly account: AccountId;
  readonly role: GroupRole;
  readonly standing: 'joined' | 'invited' | 'banned';
  /** When they joined; who was here first inherits the group. Milliseconds since 1970. */
  readonly since: number;
  /** Messages up to this `seq` are hidden from them. */
  readonly hiddenUpTo: number;
  readonly invitedBy: AccountId | null;
  readonly invitationText: string;
}

/** What a group is beside its messages. */
export interface GroupRecord {
  readonly title: string;
  readonly topic: string;
  /** A file; `null` for no picture. */
  readonly icon: FileId | null;
  readonly history: GroupHistory;
  /** Ascending by account. */
  readonly members: readonly GroupMemberRecord[];
}

/** What somebody wants done to a group. */
export type GroupAction =
  | { readonly type: 'invite'; readonly account: AccountId; readonly text: string }
  | { readonly type: 'accept' | 'decline' | 'leave' }
  | { readonly type: 'kick' | 'ban' | 'unban'; readonly account: AccountId; readonly reason?: string }
  | { readonly type: 'role'; readonly account: AccountId; readonly role: GroupRole }
  | {
      readonly type: 'update';
      readonly title?: string;
      readonly topic?: string;
      /** `null` takes the picture away. */
      readonly icon?: FileId | null;
    };

/** The row of an account; `undefined` for a stranger. */
export function memberOf(group: GroupRecord, account: AccountId): GroupMemberRecord | undefined {
  return group.members.find((member) => member.account === account);
}

/** Who is inside: who speaks and is spoken to. */
export function joinedAccounts(group: GroupRecord): AccountId[] {
  return group.members.filter(({ standing }) => standing === 'joined').map(({ account }) => account);
}
