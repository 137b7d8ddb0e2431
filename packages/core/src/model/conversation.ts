import type { Avatar, BridgeOrigin } from './contact.ts';
import type { Capabilities } from './capabilities.ts';
import type { AccountId, ContactId, ConversationId, MessageId, OrderKey, RemoteKey } from './ids.ts';
import type { Role } from './participant.ts';

/** One type for all: with one other person, a closed group, or a public room. */
export type ConversationKind = 'direct' | 'group' | 'channel';

/** Where we stand in it. A direct conversation is always `joined`. */
export type ConversationState = 'joined' | 'joining' | 'invited' | 'knocking' | 'left' | 'banned';

/** What is stored of a conversation. */
export interface Conversation {
  readonly id: ConversationId;
  readonly account: AccountId;
  /** What the network calls it; `null` until a direct conversation is born with its first message. */
  readonly key: RemoteKey | null;
  readonly kind: ConversationKind;
  readonly state: ConversationState;
  /** The other side of a direct conversation, when it is a contact. */
  readonly contact: ContactId | null;
  /** The room that a private message belongs to, or the space that a room is in. */
  readonly parent: ConversationId | null;
  /** Data from the network; `null` when it has none (front ends then show the contact or the members). */
  readonly title: string | null;
  readonly topic: string | null;
  readonly avatar: Avatar | null;
  readonly bridge: BridgeOrigin | null;
  readonly encrypted: boolean;
  /** Our own role. */
  readonly role: Role;
  /** Whether the member list has arrived in full. */
  readonly membersComplete: boolean;
  /** What the network says this conversation can do; `null` for what the account can. */
  readonly capabilities: Capabilities | null;
  readonly unread: number;
  readonly mentions: number;
  /** Who counts `unread` and `mentions`: the server, or the hub from the read position. */
  readonly counts: 'server' | 'computed';
  /** Our own read position, shared among our devices where the network can. */
  readonly readUpTo: MessageId | null;
  readonly readOrder: OrderKey | null;
  readonly lastMessage: MessageId | null;
  /** Milliseconds since 1970; 0 for an empty conversation. */
  readonly lastActivity: number;
  readonly muted: boolean;
  readonly archived: boolean;
  readonly pinned: boolean;
  /** The network's keys of messages that are pinned for everybody, in the order of pinning; absent when none was told. */
  readonly pins?: readonly RemoteKey[];
  /** Milliseconds after which messages that are sent from now on vanish for everybody; absent or `null` when they stay. */
  readonly expiry?: number | null;
  /** What the user has written and not sent. */
  readonly draft: string | null;
}
