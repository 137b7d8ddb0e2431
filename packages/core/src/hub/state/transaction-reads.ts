import type { ConversationId, Member, Message, Operation, OrderKey, Target } from '../../model/index.ts';
import type {
  Edges,
  MessageLookup,
  Orphan,
  OperationName,
  Store,
  TimelineQuery,
  TimelineRows,
} from '../../ports/index.ts';

const nothing: Edges = { first: null, last: null, lastSettled: null };

/**
 * What a transaction reads of the store. A conversation that it is making itself has nothing stored yet, so the store is
 * not asked: a first synchronisation makes hundreds of them, and each question would be a turn to the store's thread.
 */
export class TransactionReads {
  readonly #store: Store;
  readonly #isStored: (conversation: ConversationId) => boolean;

  constructor(store: Store, isStored: (conversation: ConversationId) => boolean) {
    this.#store = store;
    this.#isStored = isStored;
  }

  /** Whether anything of a conversation can be stored. */
  holds(conversation: ConversationId): boolean {
    return this.#isStored(conversation);
  }

  /** {@link Store.findMessages}, as it is: who asks for the names of many messages knows their conversation. */
  findMessages(lookups: readonly MessageLookup[]): Promise<readonly (Message | null)[]> {
    return lookups.length === 0 ? Promise.resolve([]) : this.#store.findMessages(lookups);
  }

  /** Like {@link Store.edges}. */
  async edges(conversation: ConversationId): Promise<Edges> {
    return this.holds(conversation) ? this.#store.edges(conversation) : nothing;
  }

  /** Like {@link Store.timeline}. */
  async timeline(query: TimelineQuery): Promise<TimelineRows> {
    return this.holds(query.conversation)
      ? this.#store.timeline(query)
      : { rows: [], atStart: true, atEnd: true };
  }

  /** Like {@link Store.countUnread}. */
  async countUnread(
    conversation: ConversationId,
    after: OrderKey | null,
  ): Promise<{ readonly unread: number; readonly mentions: number }> {
    return this.holds(conversation)
      ? this.#store.countUnread(conversation, after)
      : { unread: 0, mentions: 0 };
  }

  /** Like {@link Store.members}. */
  async members(conversation: ConversationId): Promise<readonly Member[]> {
    return this.holds(conversation) ? this.#store.members(conversation) : [];
  }

  /** Like {@link Store.orphans}. */
  async orphans(conversation: ConversationId, targets: readonly Target[]): Promise<readonly Orphan[]> {
    return this.holds(conversation) ? this.#store.orphans(conversation, targets) : [];
  }

  /** Like {@link Store.findOperation}. */
  findOperation(name: OperationName): Promise<Operation | null> {
    return this.#store.findOperation(name);
  }
}
