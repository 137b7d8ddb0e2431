import type {
  AccountId,
  ContactId,
  Conversation,
  ConversationId,
  Draft,
  MessageId,
  PersonId,
} from '../model/index.ts';

/** Which people, in which order. Data, no functions: it crosses the link. */
export interface PeopleQuery {
  readonly filter: {
    /** Part of a name or an address; case and accents do not count. */
    readonly text?: string;
    readonly online?: boolean;
    readonly account?: AccountId;
    readonly unread?: boolean;
    /** Also people whose contacts are all unlisted (only met in a conversation) or dormant. */
    readonly unlisted?: boolean;
  };
  /** First key first; the default is presence, recency, name. */
  readonly sort: readonly ('presence' | 'recency' | 'name')[];
}

/** Which conversations: newest activity first, pinned before all. */
export interface ConversationsQuery {
  readonly account?: AccountId;
  readonly archived?: boolean;
  readonly text?: string;
}

/** A part of a list by position. */
export interface Span {
  readonly offset: number;
  readonly limit: number;
}

/** A part of a conversation by message: an insert never shifts it. */
export interface Anchor {
  readonly at: 'end' | 'unread' | { readonly message: MessageId };
  readonly before: number;
  readonly after: number;
}

/** Where a message goes: a conversation, a contact, or a person (through the route that the user's order decides). */
export type Destination =
  | { readonly conversation: ConversationId }
  | { readonly contact: ContactId }
  | { readonly person: PersonId; readonly account?: AccountId };

/** A send. */
export interface SendParams {
  /** The caller's idempotency key: the same key again gives the same message and sends nothing. */
  readonly key: string;
  readonly to: Destination;
  readonly draft: Draft;
}

/** What a search looks for; see the store port. */
export interface SearchParams {
  readonly text: string;
  readonly in?: readonly ConversationId[];
  readonly from?: readonly ContactId[];
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly after?: MessageId;
}

/** What the server of an account is asked for. */
export interface ServerSearchParams {
  readonly account: AccountId;
  readonly text: string;
  readonly conversation?: ConversationId;
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** What a name that a person typed may mean. */
export type ResolveMatch =
  | { readonly kind: 'person'; readonly person: PersonId; readonly name: string }
  | {
      readonly kind: 'contact';
      readonly contact: ContactId;
      readonly account: AccountId;
      readonly address: string;
      readonly person: PersonId;
    }
  | {
      readonly kind: 'conversation';
      readonly conversation: ConversationId;
      readonly account: AccountId;
      readonly title: string;
      readonly type: Conversation['kind'];
    };
