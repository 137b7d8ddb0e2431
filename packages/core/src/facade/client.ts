import type { Observable } from 'rxjs';
import type {
  Anchor,
  ChangeItem,
  ChangeType,
  ConversationsQuery,
  ConversationView,
  Destination,
  MessageView,
  Methods,
  PeopleQuery,
  Span,
  Streams,
  TypingView,
} from '../client/index.ts';
import type { CallOptions, ClientLink, LinkStatus } from '../link/index.ts';
import type {
  Account,
  AccountId,
  ConversationId,
  Draft,
  ErrorData,
  MessageId,
  Operation,
  OperationId,
  Person,
  PersonContact,
  Transfer,
} from '../model/index.ts';

/** What a window shows. */
export interface Rows<V> {
  /** Grows with each change of this window. */
  readonly version: number;
  /** The position of the first row in the whole list; 0 in a timeline. */
  readonly offset: number;
  /** The number of rows of the whole list; in a timeline, of those shown. */
  readonly total: number;
  readonly rows: readonly V[];
  /** Whether the list begins, or ends, within the window. */
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Some rows of a list that may be long. Only what changes in them crosses the link. */
export interface Windowed<V, To> {
  /**
   * Hot; replays what is shown now, then each change. Completes when the window or the client is closed, or when what it
   * shows is gone; never errors (see {@link Client.fault$}), and goes on by itself after a cut.
   */
  readonly rows$: Observable<Rows<V>>;
  /** Shows another part, or the outcome of another query. */
  move(to: To): void;
  /** Stops, and completes `rows$`. Close every window that you open. */
  close(): void;
}

/** What has happened, and the cursor to go on behind it. */
export interface ClientChange {
  /** Give it to {@link Client.changes} to hear everything behind this item, in another process or on another day. */
  readonly cursor: string;
  readonly item: ChangeItem;
}

/** A message to send. */
export interface Outgoing {
  readonly to: Destination;
  readonly draft: Draft;
  /** The same key again gives the same message and sends nothing; made up when it is left out. */
  readonly key?: string;
}

/** A message that is durably in the outbox. */
export interface SentMessage {
  readonly message: MessageId;
  readonly conversation: ConversationId;
  readonly operation: OperationId;
  /**
   * Hot; replays how the sending stands and then each step of it. Completes with the outcome: `accepted`, `unconfirmed`
   * (the network cannot tell), `refused` or `cancelled`; also when the client is closed. Never errors.
   */
  readonly state$: Observable<Operation>;
}

/** Where a conversation's window is moved. */
export type TimelineMove = Anchor;

/** The streams of everything a client sees, or of one account's part of it. */
export interface ClientStreams {
  /**
   * The unified contact list: one person a row, online first, then by recency and name. Hot while somebody listens;
   * replays the present list, which a long one reaches in steps. For a screenful take {@link Client.people}.
   * Completes when the account is removed or the client closed; never errors.
   */
  readonly people$: Observable<readonly Person[]>;
  /** The contacts of all people, in their order. Hot, replays and completes as `people$`. */
  readonly contacts$: Observable<readonly PersonContact[]>;
  /**
   * The conversations, newest activity first, without the archived. Hot while somebody listens; replays the present
   * list. Completes when the account is removed or the client closed; never errors.
   */
  readonly conversations$: Observable<readonly ConversationView[]>;
  /**
   * Messages as they come, ours and theirs, each once; a cut of the link loses none. Hot; replays nothing. Completes
   * when the account is removed or the client closed; never errors.
   */
  readonly messages$: Observable<MessageView>;
  /**
   * Presence of contacts as it changes. Hot; replays nothing (`people$` has the present one). Completes when the account
   * is removed or the client closed; never errors.
   */
  readonly presence$: Observable<PresenceChange>;
  /**
   * Who types now. Hot while somebody listens; replays the present list. Completes when the account is removed or the
   * client closed; never errors.
   */
  readonly typing$: Observable<readonly TypingView[]>;
  /**
   * Files under way. Hot while somebody listens; replays the present list. Completes when the account is removed or the
   * client closed; never errors.
   */
  readonly transfers$: Observable<readonly Transfer[]>;
}

/** A contact's presence that has changed. */
export type PresenceChange = Extract<ChangeItem, { readonly type: 'presence' }>;

/** One account's part of a client. */
export interface AccountClient extends ClientStreams {
  readonly id: AccountId;
  /**
   * The account: desired and actual state. Hot while somebody listens; replays the present one. Completes when the
   * account is removed or the client closed, not when it goes offline; never errors.
   */
  readonly account$: Observable<Account>;
}

/** Natter for applications: everything as RxJS streams, over any link. */
export interface Client extends ClientStreams {
  /**
   * The accounts in the order of the profile. Hot while somebody listens; replays the present list. Completes when the
   * client is closed; never errors.
   */
  readonly accounts$: Observable<readonly Account[]>;
  /** What needs the user, by account. Hot while somebody listens; replays the present; completes when the client is closed. */
  readonly attention$: Observable<Streams['attention'][2]>;
  /** Questions that networks ask. Hot while somebody listens; replays those that wait; completes when the client is closed. */
  readonly interactions$: Observable<Streams['interactions'][2]>;
  /** The link's status: a cut shows here and nowhere else. Hot; replays the present; completes after `closed`. */
  readonly status$: Observable<LinkStatus>;
  /**
   * Why a stream or window of this client has ended other than by closing. Hot; replays nothing; completes when the
   * client is closed.
   */
  readonly fault$: Observable<ErrorData>;
  /** The link below, for what is not here: blobs, single calls. */
  readonly link: ClientLink;

  /** One account's streams. */
  account(id: AccountId): AccountClient;
  /** A window of the unified contact list. */
  people(query: PeopleQuery & Span): Windowed<Person, Span | (PeopleQuery & Span)>;
  /** A window of the list of conversations. */
  conversations(
    query: ConversationsQuery & Span,
  ): Windowed<ConversationView, Span | (ConversationsQuery & Span)>;
  /** A window of a conversation, around a message: what comes elsewhere never shifts it. */
  timeline(
    conversation: ConversationId,
    anchor: Anchor,
    thread?: MessageId,
  ): Windowed<MessageView, TimelineMove>;
  /**
   * Everything that happens behind a cursor, or from `'now'` or `'start'` on. Cold: each subscriber has a log of its
   * own, from that cursor. It loses nothing, also over a cut. Completes when the client is closed, or, with a word on
   * `fault$`, when the cursor is not one of this profile; never errors.
   */
  changes(after: string, types?: readonly ChangeType[]): Observable<ClientChange>;
  /**
   * Sends a message: resolves when it is durable in the outbox, however the link fares meanwhile. Rejects with a
   * NatterError; aborting counts only until it is durable.
   */
  send(message: Outgoing, options?: CallOptions): Promise<SentMessage>;
  /** Calls any method of the client interface. Rejects with a NatterError. */
  call<Name extends keyof Methods>(
    method: Name,
    params: Methods[Name][0],
    options?: CallOptions,
  ): Promise<Methods[Name][1]>;
  /** Completes every stream and closes the link. Idempotent. */
  close(): void;
}
