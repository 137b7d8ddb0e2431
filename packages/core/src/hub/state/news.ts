import type { ConversationId, Member, Message, MessageId, RemoteKey } from '../../model/index.ts';
import type { Change } from '../../ports/index.ts';

/** What one commit did that no live collection shows. */
export interface News {
  /** Messages as they are now. */
  readonly messages: readonly Message[];
  /** Rows that turned out to be doubles of others. */
  readonly removed: readonly { readonly conversation: ConversationId; readonly message: MessageId }[];
  readonly members: readonly MemberNews[];
  /** What the commit added to the change log. */
  readonly changes: readonly Change[];
}

/** A change of a member list; `member` is `null` when they left it, `key` is `null` when the whole list was dropped. */
export interface MemberNews {
  readonly conversation: ConversationId;
  readonly key: RemoteKey | null;
  readonly member: Member | null;
}
