import type { AccountId, ConversationId } from './identifiers.ts';

/** A conversation and who is in it. */
export interface ConversationRecord {
  readonly id: ConversationId;
  readonly kind: 'direct';
  /** Ascending; the two of a direct conversation may be the same account. */
  readonly members: readonly AccountId[];
}

/** Conversations and their members. */
export interface Conversations {
  get(id: ConversationId): Promise<ConversationRecord | null>;
  /** Finds or makes the direct conversation of two accounts; a new one is told to both update logs. */
  direct(account: AccountId, other: AccountId): Promise<ConversationRecord>;
  /** Those of an account by ascending id, after one. */
  list(account: AccountId, after: ConversationId, limit: number): Promise<readonly ConversationRecord[]>;
}
