import { EventStream, Frames, LiveMapWriter } from '../../streams/index.ts';
import type { ErrorHook } from '../../streams/index.ts';
import type {
  AccountId,
  AccountRecord,
  Contact,
  ContactId,
  ContactPresence,
  Conversation,
  ConversationId,
  Distinction,
  Member,
  Message,
  Opaque,
  Operation,
  OperationId,
  Participant,
  PersonId,
  PersonRecord,
  RemoteKey,
  ScopeKey,
} from '../../model/index.ts';
import type { StoredGap, StoredProfile } from '../../ports/index.ts';
import type { AccountStatus } from './account-status.ts';
import { KeyIndex } from './key-index.ts';
import type { News } from './news.ts';
import type { Typist } from './typing.ts';

/**
 * Everything that the hub keeps in memory: live collections of all but messages, and the indexes that find rows by what
 * the networks call them. Written only by `Transaction.publish` (what is stored) and by hints (what is not).
 */
export class Profile {
  readonly frames: Frames;
  readonly accounts: LiveMapWriter<AccountId, AccountRecord>;
  /** Actual state, not stored. */
  readonly statuses: LiveMapWriter<AccountId, AccountStatus>;
  readonly contacts: LiveMapWriter<ContactId, Contact>;
  /** Not stored. Contacts without an entry are unknown. */
  readonly presences: LiveMapWriter<ContactId, ContactPresence>;
  readonly persons: LiveMapWriter<PersonId, PersonRecord>;
  readonly conversations: LiveMapWriter<ConversationId, Conversation>;
  /** Operations that are not final, and those that became final while somebody may still be looking. */
  readonly operations: LiveMapWriter<OperationId, Operation>;
  /** Who types where; not stored. */
  readonly typists: LiveMapWriter<string, Typist>;
  /** What each commit did to messages and the change log. Hot, one emission a commit, replays nothing. */
  readonly news: EventStream<News>;

  readonly contactKeys: KeyIndex<AccountId, RemoteKey, ContactId> = new KeyIndex();
  readonly conversationKeys: KeyIndex<AccountId, RemoteKey, ConversationId> = new KeyIndex();
  /** The direct conversation with a contact. */
  readonly directs: Map<ContactId, ConversationId> = new Map();
  readonly gaps: KeyIndex<AccountId, string, StoredGap> = new KeyIndex();
  readonly cursors: KeyIndex<AccountId, ScopeKey, Opaque> = new KeyIndex();
  readonly states: KeyIndex<AccountId, string, Opaque> = new KeyIndex();
  readonly distinctions: Map<string, Distinction> = new Map();
  /** Idempotency keys of front ends. */
  readonly operationKeys: Map<string, OperationId> = new Map();
  /** Conversations in which something waits for a message that is not here. */
  readonly orphaned: Set<ConversationId> = new Set();
  /** Changes that wait for their message, of each account, oldest first: those that came since the profile was opened. */
  readonly orphans: Map<AccountId, Set<string>> = new Map();
  /** Answers that wait for what they answer, likewise. */
  readonly references: Map<AccountId, Set<string>> = new Map();
  /** Member lists that were asked for or changed. */
  readonly members: Map<ConversationId, Map<RemoteKey, Member>> = new Map();
  /** Lists that are being told anew. */
  readonly sweeps: Map<string, Sweep> = new Map();
  /** Of conversations that were written to, so that appending reads nothing. */
  readonly tails: Map<ConversationId, Tail> = new Map();
  /** Conversations in which rows that will never be sent wait for the place of one before them that still may be. */
  readonly unsentBehind: Set<ConversationId> = new Set();
  /** Accounts whose messages at the tail are provisional, because something before them is still to come. */
  readonly catchingUp: Set<AccountId> = new Set();
  lastChange = 0;
  #serial = 0;

  constructor(onError: ErrorHook) {
    const frames = new Frames(onError);
    this.frames = frames;
    this.accounts = new LiveMapWriter(frames);
    this.statuses = new LiveMapWriter(frames);
    this.contacts = new LiveMapWriter(frames);
    this.presences = new LiveMapWriter(frames);
    this.persons = new LiveMapWriter(frames);
    this.conversations = new LiveMapWriter(frames);
    this.operations = new LiveMapWriter(frames);
    this.typists = new LiveMapWriter(frames);
    this.news = new EventStream(frames);
  }

  /** Fills the empty profile from the store, as one frame. */
  fill(stored: StoredProfile): void {
    // First: what somebody left and somebody else took since is the name of who has it now.
    for (const { account, of, key, id } of stored.aliases) {
      if (of === 'contact') this.contactKeys.set(account, key, id as ContactId);
      else this.conversationKeys.set(account, key, id as ConversationId);
    }
    this.frames.run(() => {
      for (const account of stored.accounts) this.accounts.set(account.id, account);
      for (const person of stored.persons) this.persons.set(person.id, person);
      for (const contact of stored.contacts) {
        this.contacts.set(contact.id, contact);
        this.contactKeys.set(contact.account, contact.key, contact.id);
      }
      for (const conversation of stored.conversations) this.#fillConversation(conversation);
      for (const operation of stored.operations) {
        this.operations.set(operation.id, operation);
        this.operationKeys.set(operation.key, operation.id);
      }
    });
    for (const gap of stored.gaps) this.gaps.set(gap.account, gap.gap.id, gap);
    for (const { account, key, value } of stored.cursors) this.cursors.set(account, key, value);
    for (const { account, key, value } of stored.states) this.states.set(account, key, value);
    for (const distinction of stored.distinctions)
      this.distinctions.set(distinctionKey(distinction), distinction);
    for (const conversation of stored.orphaned) this.orphaned.add(conversation);
    this.lastChange = stored.lastChange;
  }

  /** Tells apart what is written within one millisecond. */
  nextSerial(): number {
    this.#serial = (this.#serial + 1) % 36 ** 4;
    return this.#serial;
  }

  #fillConversation(conversation: Conversation): void {
    this.conversations.set(conversation.id, conversation);
    if (conversation.key !== null) {
      this.conversationKeys.set(conversation.account, conversation.key, conversation.id);
    }
    if (isDirect(conversation)) this.directs.set(conversation.contact, conversation.id);
  }
}

/** A list that is being told anew, and what was told of it so far. */
export interface Sweep {
  readonly generation: string;
  readonly seen: Set<RemoteKey>;
}

/** What is known of the newest rows of a conversation, so that taking in the next one looks up little. */
export interface Tail {
  /** Of all rows that the network has or may have; `null` when there are none. */
  readonly last: Message['order'] | null;
  /** Of those that are not provisional. */
  readonly lastSettled: Message['order'] | null;
  /** Who spoke last: rows by the same sender share the participant. `null` when nobody has since the profile was opened. */
  readonly speaker: Participant | null;
}

/** The conversation in which to reach a contact: direct, and not a private message within a room. */
export function isDirect(
  conversation: Conversation,
): conversation is Conversation & { readonly contact: ContactId } {
  return conversation.kind === 'direct' && conversation.contact !== null && conversation.parent === null;
}

/** The same for (a, b) and (b, a). */
export function distinctionKey({ a, b }: Distinction): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
