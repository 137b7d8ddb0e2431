import type {
  Account,
  AccountId,
  Answer,
  Attention,
  BlobId,
  ContactId,
  Content,
  ConversationId,
  Distinction,
  JsonObject,
  LinkSuggestion,
  MessageId,
  Operation,
  OperationId,
  OrderKey,
  OwnPresence,
  Person,
  PersonId,
  ProfileAction,
  RemoteKey,
  RoomAction,
  RosterAction,
  Step,
  Transfer,
} from '../model/index.ts';
import type { DeviceListing, Event, InteractionSubject, MessageIn, RoomListing } from '../contract/index.ts';
import type {
  Anchor,
  ConversationsQuery,
  Destination,
  PeopleQuery,
  ResolveMatch,
  SearchParams,
  SendParams,
  ServerSearchParams,
  Span,
} from './queries.ts';
import type {
  ChangeItem,
  ChangeType,
  ClientInfo,
  ContactView,
  ConversationView,
  FoundView,
  MembersView,
  MessageView,
  TypingView,
} from './views.ts';

/** Method name -> [parameters, answer]. Everything is JSON; failures are ErrorData. */
export interface Methods {
  /** Versions and health, for a handshake and for `daemon --status`. */
  'client.info': [Empty, ClientInfo];
  /**
   * Whether the user looks at a front end. While nobody does, a network may hold back what can wait (XEP-0352), so that a
   * device sleeps longer: presence and typing then come late, messages never. The last word counts; at first somebody looks.
   */
  'client.focus': [{ readonly active: boolean }, null];
  'account.list': [Empty, readonly Account[]];
  /** Starts signing in; the account is saved when the interaction is done (or at once with `connect: false`). */
  'account.add': [AccountAddParams, InteractionStep];
  'account.login': [{ readonly account: AccountId }, InteractionStep];
  'account.remove': [{ readonly account: AccountId; readonly remote?: boolean }, null];
  'account.enable': [{ readonly account: AccountId; readonly enabled: boolean }, null];
  /** For one account, or for all without `account`. */
  'account.presence': [{ readonly account?: AccountId; readonly presence: OwnPresence }, null];
  'account.configure': [{ readonly account: AccountId; readonly config: JsonObject }, null];
  /** Ends the waiting between attempts. */
  'account.reconnect': [{ readonly account: AccountId }, null];
  /**
   * Starts an interaction with the session: verification, key recovery, a room form, another password, deletion on the server,
   * signing out a device where `account.revoke` rejects with `authentication`.
   */
  'account.interact': [
    {
      readonly account: AccountId;
      readonly about: InteractionSubject;
      readonly target?: ContactId | ConversationId;
      /** In its place for `revoke-device`. */
      readonly device?: string;
    },
    InteractionStep,
  ];
  /** The devices that are signed in to the account, asked of the network. */
  'account.devices': [{ readonly account: AccountId }, readonly DeviceListing[]];
  /** Asks the server of the account for messages, also for such as are not here. Newest first. */
  'account.search': [
    ServerSearchParams,
    { readonly rows: readonly FoundView[]; readonly next: string | null },
  ];
  /** Signs another device of the account out. */
  'account.revoke': [{ readonly account: AccountId; readonly device: string }, null];
  'interaction.answer': [{ readonly interaction: string; readonly answer: Answer | null }, InteractionStep];
  'interaction.cancel': [{ readonly interaction: string }, null];

  'people.list': [PeopleQuery & Span, { readonly total: number; readonly rows: readonly Person[] }];
  'person.get': [{ readonly person: PersonId }, Person];
  /** Every contact of the later persons moves to the first. */
  'person.link': [{ readonly persons: readonly PersonId[] }, Person];
  /** The contact returns to a row of its own. */
  'person.unlink': [{ readonly contact: ContactId }, Person];
  /** "Not the same", for ever; unlinks too when they are one now. */
  'person.distinguish': [Distinction, null];
  'person.undistinguish': [Distinction, null];
  /** The user's order of contacts; the first is the preferred route. An empty list lets presence decide again. */
  'person.prefer': [{ readonly person: PersonId; readonly contacts: readonly ContactId[] }, Person];
  'person.rename': [{ readonly person: PersonId; readonly alias: string | null }, Person];
  'person.suggest': [Empty, readonly LinkSuggestion[]];

  'contact.list': [{ readonly account?: AccountId }, readonly ContactView[]];
  'conversation.list': [
    ConversationsQuery & Span,
    { readonly total: number; readonly rows: readonly ConversationView[] },
  ];
  'conversation.get': [{ readonly conversation: ConversationId }, ConversationView];
  /** The conversation that a destination means; a direct one is made when there is none. Nothing is sent. */
  'conversation.open': [Destination, ConversationView];
  /** A direct conversation with an address that need not be a contact. */
  'conversation.start': [{ readonly account: AccountId; readonly address: string }, ConversationView];
  /** The user's own view of it; kept here, and told to the network where it can. */
  'conversation.update': [
    {
      readonly conversation: ConversationId;
      readonly muted?: boolean;
      readonly archived?: boolean;
      readonly pinned?: boolean;
      readonly draft?: string | null;
    },
    null,
  ];
  'conversation.members': [{ readonly conversation: ConversationId }, MembersView];
  /** The messages that are pinned for everybody, in the order of pinning, as far as they are here. */
  'conversation.pins': [{ readonly conversation: ConversationId }, readonly MessageView[]];
  'conversation.typing': [{ readonly conversation: ConversationId; readonly active: boolean }, null];
  'room.search': [
    { readonly account: AccountId; readonly text: string; readonly cursor?: string },
    { readonly items: readonly RoomListing[]; readonly next: string | null },
  ];

  /** Durable in the outbox when answered. */
  'message.send': [
    SendParams,
    { readonly operation: OperationId; readonly message: MessageId; readonly conversation: ConversationId },
  ];
  'message.edit': [
    { readonly key: string; readonly message: MessageId; readonly content: Content },
    OperationAnswer,
  ];
  'message.retract': [
    { readonly key: string; readonly message: MessageId; readonly reason?: string },
    OperationAnswer,
  ];
  'message.react': [
    { readonly key: string; readonly message: MessageId; readonly reaction: string; readonly on: boolean },
    OperationAnswer,
  ];
  /** Up to a message, or all of a conversation. */
  'message.read': [
    { readonly key: string; readonly conversation: ConversationId; readonly upTo?: MessageId },
    OperationAnswer | null,
  ];
  'message.get': [{ readonly message: MessageId }, MessageView];
  'roster.change': [
    { readonly key: string; readonly account: AccountId; readonly change: RosterAction },
    OperationAnswer,
  ];
  'room.change': [
    {
      readonly key: string;
      readonly account: AccountId;
      readonly conversation?: ConversationId;
      readonly change: RoomAction;
    },
    OperationAnswer,
  ];
  'profile.change': [
    { readonly key: string; readonly account: AccountId; readonly change: ProfileAction },
    OperationAnswer,
  ];

  'operation.list': [{ readonly final?: boolean; readonly limit?: number }, readonly Operation[]];
  'operation.get': [{ readonly operation: OperationId }, Operation];
  /** Whether it was still possible. */
  'operation.cancel': [{ readonly operation: OperationId }, boolean];
  /** Sends an unconfirmed, refused or waiting operation again, at the user's own risk of a double. */
  'operation.retry': [{ readonly operation: OperationId }, Operation];

  /**
   * Stored messages, oldest first. While the account is online, what is missing among them is fetched first, and older ones
   * when the store has too few. `atStart`: nothing older can be had; not said when the network could not be asked.
   */
  'history.page': [
    {
      readonly conversation: ConversationId;
      readonly before?: MessageId;
      readonly limit: number;
      readonly remote?: boolean;
    },
    { readonly rows: readonly MessageView[]; readonly atStart: boolean },
  ];
  /** A piece of a backup, as an archive of the network would tell it. How many of its messages were not here yet. */
  'history.import': [
    {
      readonly account: AccountId;
      /** Contacts and conversations: upserts. */
      readonly events?: readonly Event[];
      readonly history?: ImportedHistory;
    },
    { readonly messages: number },
  ];
  'history.search': [SearchParams, readonly MessageView[]];
  /** What a name means: all equally good matches, best kind first. Never picks one. */
  resolve: [{ readonly text: string; readonly account?: AccountId }, readonly ResolveMatch[]];

  /** A new empty blob, to be filled over the blob channel. */
  'blob.create': [Empty, { readonly blob: BlobId }];
  /** Starts fetching an attachment (or goes on); progress is told by the `transfer` stream. */
  'attachment.fetch': [{ readonly message: MessageId; readonly index: number }, Transfer];
  /** Starts fetching the picture of a contact; the file goes an hour after, or with the hub. */
  'avatar.fetch': [{ readonly contact: ContactId }, Transfer];
  'transfer.cancel': [{ readonly blob: BlobId }, boolean];
}

/** Stream name -> [parameters, kind, item]. */
export interface Streams {
  accounts: [Empty, 'state', readonly Account[]];
  attention: [
    Empty,
    'state',
    readonly { readonly account: AccountId; readonly items: readonly Attention[] }[],
  ];
  /** Interactions that a network started and that wait for the user. */
  interactions: [
    Empty,
    'state',
    readonly { readonly account: AccountId; readonly about: string; readonly step: InteractionStep }[],
  ];
  people: [PeopleQuery & Span, 'window', Person];
  conversations: [ConversationsQuery & Span, 'window', ConversationView];
  timeline: [
    { readonly conversation: ConversationId; readonly thread?: MessageId } & Anchor,
    'window',
    MessageView,
  ];
  members: [{ readonly conversation: ConversationId }, 'state', MembersView];
  typing: [{ readonly conversation?: ConversationId }, 'state', readonly TypingView[]];
  operation: [{ readonly operation: OperationId }, 'state', Operation];
  /** What happens, from a cursor on (`'now'`, or `'start'` of what is kept). */
  changes: [{ readonly after: string; readonly types?: readonly ChangeType[] }, 'log', ChangeItem];
  transfers: [Empty, 'state', readonly Transfer[]];
  transfer: [{ readonly blob: BlobId }, 'progress', Transfer];
}

/** No parameters. */
export type Empty = Readonly<Record<string, never>>;

/** What `natter account add` gives. */
export interface AccountAddParams {
  readonly network: string;
  readonly address: string;
  readonly config: JsonObject;
  readonly register?: boolean;
  /** `false`: save without signing in. */
  readonly connect?: boolean;
  /** Secrets by name, saved with the account: the password for `connect: false`, or where it comes from. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Messages of one conversation out of a backup, oldest first. */
export interface ImportedHistory {
  /** The network's key of the conversation. */
  readonly conversation: RemoteKey;
  /** The last message of the piece before; `null` for the first piece. */
  readonly after: RemoteKey | null;
  readonly messages: readonly ImportedMessage[];
}

/** One message out of a backup. */
export interface ImportedMessage {
  /** What it was called here. */
  readonly id: MessageId;
  /** The network's own order key; it counts only where the network has a total order. */
  readonly order: OrderKey;
  readonly item: MessageIn;
  /** What was done to it: patches. */
  readonly changes: readonly Event[];
}

/** Where an interaction stands; `account` once it is done and saved. */
export interface InteractionStep {
  readonly interaction: string;
  readonly step: Step;
  readonly account: AccountId | null;
}

/** A change that is durable in the outbox. */
export interface OperationAnswer {
  readonly operation: OperationId;
}
