import type { Content } from './content.ts';
import type { ErrorData } from './error.ts';
import type { AccountId, ConversationId, MessageId, OperationId, OrderKey, RemoteKey } from './ids.ts';
import type { Participant } from './participant.ts';

/**
 * How far a message of ours got. `unconfirmed`: handed over, and the network cannot tell (or could not be asked any
 * more). `failed`: certainly not sent.
 */
export type Delivery = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'unconfirmed' | 'failed';

/** Who vouches for a message being its sender's: verified end-to-end keys, unverified ones, the server, or nobody. */
export type Trust = 'e2ee-verified' | 'e2ee' | 'server' | 'none';

/**
 * How a network names a message that something refers to: by the id that its server or archive gave, or by the id that
 * its sender chose, which means nothing without the sender.
 */
export type Target =
  | { readonly stable: RemoteKey }
  | { readonly claimed: string; readonly sender: RemoteKey };

/** A reference to another message; `message` once we have it. */
export interface MessageReference {
  readonly target: Target;
  readonly message: MessageId | null;
  /** What was quoted, for when the message itself is not here. Data from the network. */
  readonly quote?: string;
}

/** All reactions of one kind to a message. */
export interface Reaction {
  /** An emoji or short text. */
  readonly key: string;
  readonly senders: readonly RemoteKey[];
  readonly mine: boolean;
}

/** One message of a conversation, as it is now: edits, reactions and retraction are folded in. */
export interface Message {
  readonly id: MessageId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  /** Its place in the conversation, minted by the hub; compare bytewise. It may change when an archive shows the true order. */
  readonly order: OrderKey;
  /** Arrived while earlier ones were still missing; an archive may move it. */
  readonly provisional: boolean;
  readonly direction: 'in' | 'out';
  readonly sender: Participant;
  /** Given by the server or archive. */
  readonly stable: RemoteKey | null;
  /** Chosen by the sender. */
  readonly claimed: string | null;
  /** The wire parts after the first, where one send took several. */
  readonly parts: readonly RemoteKey[];
  readonly content: Content;
  readonly replyTo: MessageReference | null;
  readonly thread: MessageReference | null;
  /** Whether it mentions us. */
  readonly mentioned: boolean;
  readonly mentions: readonly RemoteKey[];
  readonly edited: { readonly at: number | null; readonly count: number } | null;
  readonly retracted: {
    readonly by: RemoteKey;
    readonly at: number | null;
    readonly reason: string | null;
  } | null;
  readonly reactions: readonly Reaction[];
  /** Milliseconds since 1970, for display only: clocks of others are not trusted with order. */
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly trust: Trust;
  /** Of our own messages. */
  readonly delivery: Delivery | null;
  /** Per recipient, by participant key, where the network tells. */
  readonly receipts: Readonly<Record<string, 'delivered' | 'read'>>;
  readonly operation: OperationId | null;
  /** Why it failed or is unconfirmed. */
  readonly error: ErrorData | null;
}

/** The time to show: when it was sent, else when it reached us. */
export function messageTime(message: Pick<Message, 'sentAt' | 'receivedAt'>): number {
  return message.sentAt ?? message.receivedAt;
}

/** Whether a message is unread when the read position stands before it: somebody else's, said and not merely happened. */
export function canBeUnread(message: Pick<Message, 'direction' | 'content' | 'retracted'>): boolean {
  return message.direction === 'in' && message.content.kind !== 'system' && message.retracted === null;
}
