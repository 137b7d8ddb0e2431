import type { MarkerKind, MessageBody } from '@natter/native-protocol';
import type { AccountId, ConversationId } from './identifiers.ts';

/**
 * Whose update logs are written: these accounts, or who is in the group when it is committed. In a group the sender must be
 * inside at that moment, and of an older message only those hear who may see it.
 */
export type Audience = readonly AccountId[] | 'joined';

/** A message that a member wants to be stored. */
export interface NewMessage {
  readonly conversation: ConversationId;
  readonly sender: AccountId;
  /** Unique among the sender's messages. */
  readonly clientId: string;
  readonly body: MessageBody;
  /** With `joined` the sender is refused as `not-found` when they are not in. */
  readonly members: Audience;
}

/** Where a message was stored. */
export interface Placed {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The same client id with the same body had been stored before; nothing was written now. */
  readonly duplicate: boolean;
  /** When it vanishes; `null` when it stays, or was stored before. */
  readonly expiresAt: number | null;
}

/** A message as it is now, as the JSON text of a protocol `Message` for one reader. */
export type RenderedMessage = string;

/** A stretch of a conversation's messages. Without `before` and `after`: the newest. */
export interface Range {
  readonly before?: number;
  readonly after?: number;
  /** Messages up to this one are hidden from the reader. Default 0. */
  readonly hiddenUpTo?: number;
  readonly limit: number;
}

/** A message that an author or a member wants to change. */
export interface ChangeTarget {
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly by: AccountId;
  readonly members: Audience;
}

/** How far a member has come. */
export interface Marked {
  readonly account: AccountId;
  readonly delivered: number;
  readonly read: number;
}

/**
 * The messages of all conversations. The only place that assigns `seq`, and the only durability point: a promise of
 * a writing method resolves after its commit, never before. What it stores is in the update logs of the members by
 * the same commit, or (in an implementation of several machines) certainly some time after it.
 *
 * Calls of one caller for one conversation take effect in the order of calling.
 */
export interface MessageLog {
  /**
   * Stores a message at the next `seq` of its conversation; sequences are dense.
   * @throws Refusal `conflict` when the client id was used before for another body or conversation.
   */
  append(message: NewMessage): Promise<Placed>;
  /** Replaces the body. @throws Refusal `not-found`, or `forbidden` when `by` is not the author, or it is retracted or too old. */
  edit(target: ChangeTarget, body: MessageBody): Promise<void>;
  /** Deletes body, reactions and pin. Harmless when repeated. @throws Refusal `not-found`, `forbidden`. */
  retract(target: ChangeTarget): Promise<void>;
  /** Sets or clears one reaction. Harmless when repeated. @throws Refusal `not-found`, `forbidden` (retracted), `full`. */
  react(target: ChangeTarget, key: string, on: boolean): Promise<void>;
  /** Moves a marker forward, never back and never past the newest message. */
  mark(target: ChangeTarget, kind: MarkerKind): Promise<void>;
  /** Messages of a stretch, oldest first, rendered for `reader`. */
  range(
    conversation: ConversationId,
    range: Range,
    reader: AccountId,
  ): Promise<readonly { seq: number; message: RenderedMessage }[]>;
  /** The newest `seq`; 0 when there is none. */
  lastSeq(conversation: ConversationId): Promise<number>;
  /** The markers of all members. */
  markers(conversation: ConversationId): Promise<readonly Marked[]>;
}
