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
  Operation,
  OperationId,
  PersonId,
  PersonRecord,
  RemoteKey,
} from '../../model/index.ts';
import { isFinal, withoutSecrets } from '../../model/index.ts';
import type { Change, Orphan, Store, StoredGap, Write } from '../../ports/index.ts';
import { KeyIndex } from './key-index.ts';
import { MessageCache } from './message-cache.ts';
import type { MemberNews } from './news.ts';
import { Overlay } from './overlay.ts';
import { distinctionKey, isDirect } from './profile.ts';
import type { Profile } from './profile.ts';
import { TransactionReads } from './transaction-reads.ts';
import { collectWrites } from './writes.ts';

/** How far back `natter watch` can be resumed, and how often what is older is dropped. */
const keptChanges = 100_000;
const trimEvery = 1000;

/**
 * The writes of one commit. Nothing of it is visible outside until {@link publish}, which is called after the store has
 * taken {@link writes}; if the store refuses, the transaction is dropped and nothing has happened.
 */
export class Transaction {
  readonly profile: Profile;
  readonly store: TransactionReads;
  readonly accounts: Overlay<AccountId, AccountRecord>;
  readonly contacts: Overlay<ContactId, Contact>;
  readonly persons: Overlay<PersonId, PersonRecord>;
  readonly conversations: Overlay<ConversationId, Conversation>;
  readonly operations: Overlay<OperationId, Operation>;
  readonly messages: MessageCache;
  /** The newest message of each conversation that came and is no news, behind what was read there. */
  readonly oldNews: Map<ConversationId, Message> = new Map();
  /** What this transaction left to wait for a message, by id. */
  readonly orphans: Map<string, Orphan> = new Map();
  /** Changes that this transaction gave up waiting with. */
  readonly orphansDropped: Set<string> = new Set();
  /** Member lists that this transaction changed. */
  readonly members: Map<ConversationId, Map<RemoteKey, Member>> = new Map();
  readonly memberNews: MemberNews[] = [];
  /** What it adds to the change log. */
  readonly changes: Change[] = [];
  readonly #contactKeys: KeyIndex<AccountId, RemoteKey, ContactId> = new KeyIndex();
  readonly #conversationKeys: KeyIndex<AccountId, RemoteKey, ConversationId> = new KeyIndex();
  readonly #directs = new Map<ContactId, ConversationId>();
  readonly #operationKeys = new Map<string, OperationId>();
  readonly #distinctions = new Map<string, boolean>();
  readonly #writes: Write[] = [];
  readonly #onPublish: (() => void)[] = [];

  constructor(profile: Profile, store: Store) {
    this.profile = profile;
    this.store = new TransactionReads(store, (conversation) => profile.conversations.has(conversation));
    this.accounts = new Overlay(profile.accounts);
    this.contacts = new Overlay(profile.contacts);
    this.persons = new Overlay(profile.persons);
    this.conversations = new Overlay(profile.conversations);
    this.operations = new Overlay(profile.operations);
    this.messages = new MessageCache(this.store);
  }

  contactByKey(account: AccountId, key: RemoteKey): Contact | undefined {
    const id = this.#contactKeys.get(account, key) ?? this.profile.contactKeys.get(account, key);
    return id === undefined ? undefined : this.contacts.get(id);
  }

  conversationByKey(account: AccountId, key: RemoteKey): Conversation | undefined {
    const id = this.#conversationKeys.get(account, key) ?? this.profile.conversationKeys.get(account, key);
    return id === undefined ? undefined : this.conversations.get(id);
  }

  /** The direct conversation with a contact, if there is one. */
  directWith(contact: ContactId): Conversation | undefined {
    const id = this.#directs.get(contact) ?? this.profile.directs.get(contact);
    return id === undefined ? undefined : this.conversations.get(id);
  }

  putContact(contact: Contact): void {
    this.contacts.set(contact.id, contact);
    this.#contactKeys.set(contact.account, contact.key, contact.id);
  }

  putConversation(conversation: Conversation): void {
    const { id, account, key, contact, kind, parent } = conversation;
    const before = this.conversations.get(id);
    this.conversations.set(id, conversation);
    // Written with every message, and hardly ever to be found by anything new.
    if (before?.key === key && before.contact === contact && before.kind === kind && before.parent === parent)
      return;
    if (key !== null) this.#conversationKeys.set(account, key, id);
    if (isDirect(conversation)) this.#directs.set(conversation.contact, id);
  }

  /** A former key goes on to lead to its contact or conversation. */
  keepAlias(
    account: AccountId,
    of: 'contact' | 'conversation',
    key: RemoteKey,
    id: ContactId | ConversationId,
  ): void {
    this.#writes.push({ put: 'alias', value: { account, of, key, id } });
    if (of === 'contact') this.#contactKeys.set(account, key, id as ContactId);
    else this.#conversationKeys.set(account, key, id as ConversationId);
  }

  keepMessageAlias(
    conversation: ConversationId,
    sender: RemoteKey | null,
    key: string,
    message: MessageId,
  ): void {
    this.messages.alias(conversation, sender, key, message);
    this.#writes.push({ put: 'message-alias', value: { conversation, sender, key, message } });
  }

  /** The operation that a front end asked for under this key, asked for in this transaction too. */
  operationByKey(key: string): Operation | undefined {
    const id = this.#operationKeys.get(key) ?? this.profile.operationKeys.get(key);
    return id === undefined ? undefined : this.operations.get(id);
  }

  putOperation(operation: Operation): void {
    this.operations.set(operation.id, isFinal(operation.state) ? withoutSecrets(operation) : operation);
    this.#operationKeys.set(operation.key, operation.id);
    this.later(() => this.profile.operationKeys.set(operation.key, operation.id));
  }

  /** The member list of a conversation; read from the store the first time. A copy that this transaction may change. */
  async membersOf(conversation: ConversationId): Promise<Map<RemoteKey, Member>> {
    const known = this.members.get(conversation);
    if (known) return known;
    const committed =
      this.profile.members.get(conversation) ??
      new Map((await this.store.members(conversation)).map((member) => [member.key, member]));
    const members = new Map(committed);
    this.members.set(conversation, members);
    return members;
  }

  async putMember(conversation: ConversationId, member: Member): Promise<void> {
    (await this.membersOf(conversation)).set(member.key, member);
    this.#writes.push({ put: 'member', conversation, value: member });
    this.memberNews.push({ conversation, key: member.key, member });
  }

  async removeMember(conversation: ConversationId, key: RemoteKey): Promise<void> {
    if (!(await this.membersOf(conversation)).delete(key)) return;
    this.#writes.push({ remove: 'member', conversation, key });
    this.memberNews.push({ conversation, key, member: null });
  }

  setCursor(account: AccountId, key: string, value: string | null): void {
    this.#setText('cursor', account, key, value);
  }

  setState(account: AccountId, key: string, value: string | null): void {
    this.#setText('state', account, key, value);
  }

  openGap(gap: StoredGap): void {
    this.#writes.push({ put: 'gap', value: gap });
    this.later(() => this.profile.gaps.set(gap.account, gap.gap.id, gap));
  }

  closeGap(account: AccountId, id: string): void {
    this.#writes.push({ remove: 'gap', account, id });
    this.later(() => this.profile.gaps.delete(account, id));
  }

  /** Adds to the change log, which `natter watch` follows. */
  log(change: Change): void {
    const sequence = this.profile.lastChange + this.changes.push(change);
    if (sequence % trimEvery === 0 && sequence > keptChanges) {
      this.#writes.push({ remove: 'changes', upTo: sequence - keptChanges });
    }
  }

  /** Whether the user has said that these two are not the same, in this transaction too. */
  isDistinct(value: Distinction): boolean {
    const key = distinctionKey(value);
    return this.#distinctions.get(key) ?? this.profile.distinctions.has(key);
  }

  putDistinction(value: Distinction): void {
    const key = distinctionKey(value);
    this.#distinctions.set(key, true);
    this.#writes.push({ put: 'distinction', value });
    this.later(() => this.profile.distinctions.set(key, value));
  }

  removeDistinction(value: Distinction): void {
    if (!this.isDistinct(value)) return;
    const key = distinctionKey(value);
    this.#distinctions.set(key, false);
    this.#writes.push({ remove: 'distinction', value });
    this.later(() => this.profile.distinctions.delete(key));
  }

  /** Any other write. */
  write(write: Write): void {
    this.#writes.push(write);
  }

  /** Something to do to the profile when the store has taken the writes; runs inside the frame. */
  later(effect: () => void): void {
    this.#onPublish.push(effect);
  }

  /** What goes to the store, in an order in which nothing refers to what comes later. */
  writes(): readonly Write[] {
    return collectWrites(this, this.#writes);
  }

  /** Makes the commit visible, as one frame. */
  publish(): void {
    const { profile } = this;
    profile.frames.run(() => {
      for (const overlay of [this.accounts, this.persons, this.contacts, this.conversations, this.operations])
        overlay.publish();
      profile.contactKeys.merge(this.#contactKeys);
      profile.conversationKeys.merge(this.#conversationKeys);
      this.#directs.forEach((conversation, contact) => profile.directs.set(contact, conversation));
      this.messages.forEachTail((tail, conversation) => profile.tails.set(conversation, tail));
      this.members.forEach((members, conversation) => profile.members.set(conversation, members));
      profile.lastChange += this.changes.length;
      for (const effect of this.#onPublish) effect();
      this.#publishNews();
    });
  }

  #publishNews(): void {
    const messages = this.messages.written();
    const removed = this.messages.removed();
    if (messages.length + removed.length + this.memberNews.length + this.changes.length === 0) return;
    this.profile.news.emit({
      messages,
      removed: removed.map(({ id, conversation }) => ({ conversation, message: id })),
      members: this.memberNews,
      changes: this.changes,
    });
  }

  #setText(kind: 'cursor' | 'state', account: AccountId, key: string, value: string | null): void {
    const index = kind === 'cursor' ? this.profile.cursors : this.profile.states;
    if (value === null) {
      this.#writes.push({ remove: kind, account, key });
      this.later(() => index.delete(account, key));
    } else {
      this.#writes.push({ put: kind, value: { account, key, value } });
      this.later(() => index.set(account, key, value));
    }
  }
}
