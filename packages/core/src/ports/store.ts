import type { MessageChange, Gap, Sender } from '../contract/index.ts';
import type {
  AccountId,
  AccountRecord,
  Contact,
  ContactId,
  Conversation,
  ConversationId,
  Distinction,
  Member,
  Message,
  MessageId,
  Opaque,
  Operation,
  OperationId,
  OrderKey,
  PersonRecord,
  RemoteKey,
  ScopeKey,
  Target,
} from '../model/index.ts';

/**
 * Where a profile lives. Asynchronous and declarative, so that SQLite can sit in a worker and IndexedDB can serve too: the
 * hub reads, decides, and applies. The hub is the only writer. Every method rejects with a NatterError of code `storage`
 * when the medium fails; after a failed `apply` nothing of it is stored.
 */
export interface Store {
  /** Everything but messages, members and changes: what the hub keeps in memory. Called once, before all else. */
  load(): Promise<StoredProfile>;
  /** ONE transaction, in order, all or nothing. Durable when resolved. */
  apply(writes: readonly Write[]): Promise<void>;
  /** Finds messages by any of their names; the answers stand in the order of the lookups, `null` where there is none. */
  findMessages(lookups: readonly MessageLookup[]): Promise<readonly (Message | null)[]>;
  /** The ends of a conversation's stored order. */
  edges(conversation: ConversationId): Promise<Edges>;
  /** The first stored order key behind this one. */
  nextOrder(conversation: ConversationId, after: OrderKey): Promise<OrderKey | null>;
  /** Rows around an anchor, oldest first. */
  timeline(query: TimelineQuery): Promise<TimelineRows>;
  /** Counts the messages behind an order key (`null`: all) of which `canBeUnread` is true. */
  countUnread(
    conversation: ConversationId,
    after: OrderKey | null,
  ): Promise<{ readonly unread: number; readonly mentions: number }>;
  /** Full-text search, newest first. Every word must occur; the last one may be a prefix. */
  search(query: SearchQuery): Promise<readonly Message[]>;
  /** The members of a conversation. */
  members(conversation: ConversationId): Promise<readonly Member[]>;
  /** The change log behind a sequence number, oldest first, at most `limit`. */
  changes(after: number, limit: number): Promise<readonly StoredChange[]>;
  /** What waits for messages that are not here yet, oldest first. */
  orphans(conversation: ConversationId, targets: readonly Target[]): Promise<readonly Orphan[]>;
  /** An operation, final ones too, by its id or by the front end's idempotency key, which is unique. */
  findOperation(name: OperationName): Promise<Operation | null>;
  /** Final operations too, newest first: for `outbox list`. */
  operations(limit: number): Promise<readonly Operation[]>;
  /** Frees what it holds; idempotent. */
  close(): Promise<void>;
}

/** Names an operation. */
export type OperationName = { readonly id: OperationId } | { readonly key: string };

/** What {@link Store.load} gives. */
export interface StoredProfile {
  readonly accounts: readonly AccountRecord[];
  readonly contacts: readonly Contact[];
  readonly persons: readonly PersonRecord[];
  readonly distinctions: readonly Distinction[];
  readonly conversations: readonly Conversation[];
  /** Keys of contacts and conversations other than the ones in their rows: what `rekey` left behind. */
  readonly aliases: readonly KeyAlias[];
  /** Those that are not final. */
  readonly operations: readonly Operation[];
  readonly gaps: readonly StoredGap[];
  readonly cursors: readonly StoredText[];
  readonly states: readonly StoredText[];
  /** Conversations for which {@link Store.orphans} has something. */
  readonly orphaned: readonly ConversationId[];
  /** The sequence number of the newest change; 0 for none. */
  readonly lastChange: number;
}

/** A former key of a contact or conversation that still leads to it. */
export interface KeyAlias {
  readonly account: AccountId;
  readonly of: 'contact' | 'conversation';
  readonly key: RemoteKey;
  readonly id: ContactId | ConversationId;
}

/** A gap and whose it is. */
export interface StoredGap {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly gap: Gap;
}

/** A cursor or a piece of adapter state. */
export interface StoredText {
  readonly account: AccountId;
  readonly key: ScopeKey;
  readonly value: Opaque;
}

/** A further name of a message: a former stable key, the key of a later wire part, the claimed id that an echo told. */
export interface MessageAlias {
  readonly conversation: ConversationId;
  /** `null` for stable keys, else the sender to whose ids `key` belongs. */
  readonly sender: RemoteKey | null;
  readonly key: string;
  readonly message: MessageId;
}

/** Names a message by the hub's id or by what the network calls it. */
export type MessageLookup =
  | { readonly message: MessageId }
  /** The message that a send created. */
  | { readonly operation: OperationId }
  | { readonly conversation: ConversationId; readonly stable: RemoteKey }
  | { readonly conversation: ConversationId; readonly sender: RemoteKey; readonly claimed: string };

/** What waits for a message that is not here yet: a change of it, or a message that answers it. */
export type Orphan = {
  /** Deduplicates replays. */
  readonly id: string;
  readonly conversation: ConversationId;
  readonly target: Target;
} & ({ readonly by: Sender; readonly change: MessageChange } | { readonly referrer: MessageId });

/** What happened, by reference: the subject is read as it is now. */
export type Change =
  | {
      readonly type: 'message';
      readonly what: 'new' | 'edited' | 'retracted' | 'reacted' | 'decrypted' | 'delivery';
      readonly message: MessageId;
    }
  | {
      readonly type: 'receipt';
      readonly message: MessageId;
      readonly by: RemoteKey;
      readonly state: 'delivered' | 'read';
    }
  | { readonly type: 'contact'; readonly contact: ContactId }
  | { readonly type: 'operation'; readonly operation: OperationId };

/** A change and its place in the log. */
export interface StoredChange {
  readonly sequence: number;
  readonly change: Change;
}

/** One write of a transaction. `put` inserts or replaces by id. What comes in numbers comes in lists. */
export type Write =
  | { readonly put: 'account'; readonly value: AccountRecord }
  | { readonly put: 'contact'; readonly value: Contact }
  | { readonly put: 'person'; readonly value: PersonRecord }
  | { readonly put: 'distinction'; readonly value: Distinction }
  | { readonly put: 'conversation'; readonly value: Conversation }
  | { readonly put: 'alias'; readonly value: KeyAlias }
  | { readonly put: 'member'; readonly conversation: ConversationId; readonly value: Member }
  /** `areNew`: the hub has just minted their ids, so that no store need look whether there are such rows. */
  | { readonly put: 'messages'; readonly values: readonly Message[]; readonly areNew?: true }
  | { readonly put: 'message-alias'; readonly value: MessageAlias }
  | { readonly put: 'orphan'; readonly value: Orphan }
  | { readonly put: 'operation'; readonly value: Operation }
  | { readonly put: 'gap'; readonly value: StoredGap }
  | { readonly put: 'cursor' | 'state'; readonly value: StoredText }
  /** Changes behind all others: the first one's sequence number is one more than `after`, and so on. */
  | { readonly put: 'changes'; readonly after: number; readonly values: readonly Change[] }
  /** Everything that belongs to it goes too: contacts, conversations, messages, operations, cursors. */
  | { readonly remove: 'account'; readonly account: AccountId }
  | { readonly remove: 'contact'; readonly contact: ContactId }
  | { readonly remove: 'person'; readonly person: PersonRecord['id'] }
  | { readonly remove: 'distinction'; readonly value: Distinction }
  | { readonly remove: 'member'; readonly conversation: ConversationId; readonly key: RemoteKey }
  /** All members of a conversation. */
  | { readonly remove: 'members'; readonly conversation: ConversationId }
  /** A row that turned out to be another message's double; its names become the other's. */
  | { readonly remove: 'message'; readonly message: MessageId }
  | { readonly remove: 'orphan'; readonly orphan: string }
  | { readonly remove: 'gap'; readonly account: AccountId; readonly id: string }
  | { readonly remove: 'cursor' | 'state'; readonly account: AccountId; readonly key: ScopeKey }
  /** Changes up to and including this sequence number: the log's retention. */
  | { readonly remove: 'changes'; readonly upTo: number }
  /** No message of the account is provisional any more. */
  | { readonly settle: AccountId };

/** The ends of a conversation's stored order; `null` when there is no such row. */
export interface Edges {
  readonly first: OrderKey | null;
  readonly last: OrderKey | null;
  /** The last row that is not provisional. */
  readonly lastSettled: OrderKey | null;
}

/** Which rows of a conversation are wanted. */
export interface TimelineQuery {
  readonly conversation: ConversationId;
  /** Only this thread: the message that began it. */
  readonly thread?: MessageId;
  /** `'end'`, or the order key of the anchor row (or of where it would stand). */
  readonly at: 'end' | OrderKey;
  /** How many rows before the anchor, not counting it. */
  readonly before: number;
  /** How many rows from the anchor on, counting it. */
  readonly after: number;
}

/** Rows of a conversation, oldest first, and whether they touch the ends of what is stored. */
export interface TimelineRows {
  readonly rows: readonly Message[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** What to search for. */
export interface SearchQuery {
  readonly text: string;
  readonly conversations?: readonly ConversationId[];
  /** Messages of these senders only, by contact. */
  readonly senders?: readonly ContactId[];
  /** Milliseconds since 1970, of {@link messageTime}: from `since` on, before `until`. */
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  /** Go on behind this hit of the page before. */
  readonly after?: MessageId;
}
