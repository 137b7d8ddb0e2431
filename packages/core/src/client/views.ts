import type {
  Account,
  AccountId,
  Capabilities,
  Contact,
  ContactId,
  Content,
  Conversation,
  ConversationId,
  ContactPresence,
  ErrorData,
  JsonObject,
  Member,
  Message,
  MessageId,
  Operation,
  PersonId,
  RemoteKey,
} from '../model/index.ts';

/** Who answers. */
export interface ClientInfo {
  readonly name: 'natter';
  readonly version: string;
  /** The version of this manifest; a front end refuses another one. */
  readonly protocol: 1;
  readonly networks: readonly {
    readonly id: string;
    readonly name: string;
    readonly configSchema: JsonObject;
    /** What the network can do at most; an account or conversation may do less. */
    readonly capabilities: Capabilities;
  }[];
}

/** A message with the names that a line of output needs. */
export interface MessageView extends Message {
  readonly network: string;
  readonly accountAddress: string;
  readonly conversationKind: Conversation['kind'];
  /** What to call the conversation. */
  readonly conversationTitle: string;
  /** What to call the sender, and what a person would type to reach them (or the participant's key). */
  readonly fromName: string;
  readonly fromAddress: string;
  /** The other side's address for direct conversations, else the room's key. */
  readonly toAddress: string;
}

/** A message that a server has found. Of one that is not here there is no more than this. */
export interface FoundView {
  /** When it is here as well. */
  readonly message: MessageId | null;
  readonly conversation: ConversationId | null;
  readonly conversationTitle: string;
  readonly direction: Message['direction'];
  readonly fromName: string;
  readonly fromAddress: string;
  readonly content: Content;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A conversation with its name and the network it is on. */
export interface ConversationView extends Conversation {
  readonly network: string;
  readonly accountAddress: string;
  /** Title, contact, or key: something that can be shown. */
  readonly displayTitle: string;
  readonly person: PersonId | null;
  readonly typing: readonly TypingView[];
}

/** Somebody who types now. */
export interface TypingView {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly key: RemoteKey;
  readonly name: string | null;
}

/** A contact with its presence. */
export interface ContactView extends Contact {
  readonly network: string;
  readonly presence: ContactPresence;
}

/** A member list. */
export interface MembersView {
  readonly conversation: ConversationId;
  readonly complete: boolean;
  readonly members: readonly Member[];
}

/**
 * One item of the change log: what `natter watch` prints. Stored things come with a cursor of their own; presence, typing and
 * connection are told live only and carry the cursor of the stored item before them.
 */
export type ChangeItem =
  | {
      readonly type: 'message';
      readonly what: 'new' | 'edited' | 'retracted' | 'reacted' | 'decrypted' | 'delivery';
      readonly message: MessageView;
    }
  | {
      readonly type: 'receipt';
      readonly account: AccountId;
      readonly conversation: ConversationId;
      readonly message: MessageId;
      readonly by: RemoteKey;
      readonly state: 'delivered' | 'read';
    }
  | { readonly type: 'contact'; readonly contact: ContactView }
  | { readonly type: 'operation'; readonly operation: Operation }
  | {
      readonly type: 'presence';
      readonly account: AccountId;
      readonly network: string;
      readonly contact: ContactId;
      readonly address: string;
      readonly presence: ContactPresence;
    }
  | {
      readonly type: 'typing';
      readonly account: AccountId;
      readonly conversation: ConversationId;
      readonly from: RemoteKey;
      readonly name: string | null;
      readonly active: boolean;
    }
  | { readonly type: 'connection'; readonly account: Account; readonly error: ErrorData | null };

/** The types of {@link ChangeItem}. */
export type ChangeType = ChangeItem['type'];
