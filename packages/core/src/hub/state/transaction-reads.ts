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

  /** Like {@link Store.findMessages}. */
  async findMessages(lookups: readonly MessageLookup[]): Promise<readonly (Message | null)[]> {
    const asked = lookups.filter((lookup) => this.#mayFind(lookup));
    if (asked.length === lookups.length) return lookups.length === 0 ? [] : this.#store.findMessages(lookups);
    const found = asked.length === 0 ? [] : await this.#store.findMessages(asked);
    let next = 0;
    return lookups.map((lookup) => (this.#mayFind(lookup) ? (found[next++] ?? null) : null));
  }

  /** Like {@link Store.edges}. */
  async edges(conversation: ConversationId): Promise<Edges> {
    return this.#isStored(conversation) ? this.#store.edges(conversation) : nothing;
  }

  /** Like {@link Store.timeline}. */
  async timeline(query: TimelineQuery): Promise<TimelineRows> {
    return this.#isStored(query.conversation)
      ? this.#store.timeline(query)
      : { rows: [], atStart: true, atEnd: true };
  }

  /** Like {@link Store.countUnread}. */
  async countUnread(
    conversation: ConversationId,
    after: OrderKey | null,
  ): Promise<{ readonly unread: number; readonly mentions: number }> {
    return this.#isStored(conversation)
      ? this.#store.countUnread(conversation, after)
      : { unread: 0, mentions: 0 };
  }

  /** Like {@link Store.members}. */
  async members(conversation: ConversationId): Promise<readonly Member[]> {
    return this.#isStored(conversation) ? this.#store.members(conversation) : [];
  }

  /** Like {@link Store.orphans}. */
  async orphans(conversation: ConversationId, targets: readonly Target[]): Promise<readonly Orphan[]> {
    return this.#isStored(conversation) ? this.#store.orphans(conversation, targets) : [];
  }

  /** Like {@link Store.findOperation}. */
  findOperation(name: OperationName): Promise<Operation | null> {
    return this.#store.findOperation(name);
  }

  #mayFind(lookup: MessageLookup): boolean {
    return !('conversation' in lookup) || this.#isStored(lookup.conversation);
  }
}
