import type { GroupHistory } from '@natter/native-protocol';
import type { GroupAction, GroupRecord } from '../groups/group.ts';
import type { AccountId, ConversationId } from './identifiers.ts';

/** A conversation and who is in it. */
export interface ConversationRecord {
  readonly id: ConversationId;
  /** Who is inside, ascending; the two of a direct conversation may be the same account. */
  readonly members: readonly AccountId[];
  /** `null` for a direct conversation. */
  readonly group: GroupRecord | null;
  /** Milliseconds after which messages that are stored from now on vanish; `null` when they stay. */
  readonly expiry: number | null;
  /** Sequences of the pinned messages, in the order of pinning. */
  readonly pins: readonly number[];
}

/** A group to be made. */
export interface NewGroup {
  readonly creator: AccountId;
  /** Unique among the creator's groups. */
  readonly clientId: string;
  readonly title: string;
  readonly topic: string;
  readonly history: GroupHistory;
  readonly invite: readonly AccountId[];
}

/** Conversations and their members. */
export interface Conversations {
  get(id: ConversationId): Promise<ConversationRecord | null>;
  /** Finds or makes the direct conversation of two accounts; a new one is told to both update logs. */
  direct(account: AccountId, other: AccountId): Promise<ConversationRecord>;
  /** Makes a group and tells everybody in it; the same client id finds the group that was made. @throws Refusal `full` */
  createGroup(group: NewGroup): Promise<ConversationRecord>;
  /**
   * Does to a group what `by` wants, and tells in the same commit whom it concerns.
   * @throws Refusal by the rules of `transition`; `not-found` when it is no group.
   */
  changeGroup(id: ConversationId, by: AccountId, action: GroupAction): Promise<void>;
  /**
   * Sets how long messages stay, and tells everybody inside.
   * @throws Refusal `not-found` to who is not inside, `forbidden` to who may not.
   */
  setExpiry(id: ConversationId, by: AccountId, expiry: number | null): Promise<void>;
  /**
   * Pins a message or takes the pin away, and tells everybody inside. Harmless when repeated.
   * @throws Refusal `not-found`, `forbidden`, `full`.
   */
  pin(id: ConversationId, by: AccountId, seq: number, on: boolean): Promise<void>;
  /** Those of an account, open invitations too, by ascending id, after one. */
  list(account: AccountId, after: ConversationId, limit: number): Promise<readonly ConversationRecord[]>;
}
