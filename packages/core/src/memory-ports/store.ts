import {
  canBeUnread,
  errorData,
  NatterError,
  type ConversationId,
  type Member,
  type Message,
  type Operation,
  type OrderKey,
  type Target,
} from '../model/index.ts';
import type {
  Edges,
  MessageLookup,
  OperationName,
  Orphan,
  SearchQuery,
  Store,
  StoredChange,
  StoredProfile,
  TimelineQuery,
  TimelineRows,
  Write,
} from '../ports/index.ts';
import { applyWrite, type MemoryTables } from './apply.ts';
import { Journal } from './journal.ts';
import { MessageTables } from './message-tables.ts';
import { ProfileTables } from './profile-tables.ts';
import { searchRows } from './search.ts';
import { timelineOf } from './timeline.ts';

/** A store that lives as long as the process. */
export interface MemoryStore extends Store {
  /** A store over the same data: what a process finds after a restart. The first one can be closed before or after. */
  reopen(): MemoryStore;
}

/** An empty {@link MemoryStore}. It keeps the values it is given and gives them out again, uncopied. */
export function memoryStore(): MemoryStore {
  return new Tables({ profile: new ProfileTables(), messages: new MessageTables() });
}

class Tables implements MemoryStore {
  readonly #tables: MemoryTables;
  #closed = false;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  load(): Promise<StoredProfile> {
    return this.#answer(({ profile }) => profile.load());
  }

  apply(writes: readonly Write[]): Promise<void> {
    return this.#answer((tables) => {
      const journal = new Journal();
      try {
        writes.forEach((write) => applyWrite(tables, write, journal));
      } catch (error) {
        journal.rollBack();
        throw error;
      }
    });
  }

  findMessages(lookups: readonly MessageLookup[]): Promise<readonly (Message | null)[]> {
    return this.#answer(({ messages }) => lookups.map((lookup) => messages.find(lookup)));
  }

  edges(conversation: ConversationId): Promise<Edges> {
    return this.#answer(({ messages }) => {
      const ordered = messages.conversations.get(conversation)?.ordered ?? [];
      return {
        first: ordered[0]?.message.order ?? null,
        last: ordered.at(-1)?.message.order ?? null,
        lastSettled: ordered.findLast((row) => !row.message.provisional)?.message.order ?? null,
      };
    });
  }

  nextOrder(conversation: ConversationId, after: OrderKey): Promise<OrderKey | null> {
    return this.#answer(({ messages }) => {
      const rows = messages.conversations.get(conversation);
      return rows?.ordered[rows.upTo(after)]?.message.order ?? null;
    });
  }

  timeline(query: TimelineQuery): Promise<TimelineRows> {
    return this.#answer(({ messages }) => timelineOf(messages.conversations.get(query.conversation), query));
  }

  countUnread(
    conversation: ConversationId,
    after: OrderKey | null,
  ): Promise<{ readonly unread: number; readonly mentions: number }> {
    return this.#answer(({ messages }) => {
      const rows = messages.conversations.get(conversation);
      let unread = 0;
      let mentions = 0;
      for (const { message } of rows?.ordered.slice(after === null ? 0 : rows.upTo(after)) ?? []) {
        if (!canBeUnread(message)) continue;
        unread += 1;
        if (message.mentioned) mentions += 1;
      }
      return { unread, mentions };
    });
  }

  search(query: SearchQuery): Promise<readonly Message[]> {
    return this.#answer(({ messages }) => searchRows(messages.messages, query).map((row) => row.message));
  }

  members(conversation: ConversationId): Promise<readonly Member[]> {
    return this.#answer(({ messages }) => [
      ...(messages.conversations.get(conversation)?.members.values() ?? []),
    ]);
  }

  changes(after: number, limit: number): Promise<readonly StoredChange[]> {
    return this.#answer(({ profile }) => profile.changes.read(after, limit));
  }

  orphans(conversation: ConversationId, targets: readonly Target[]): Promise<readonly Orphan[]> {
    return this.#answer(({ profile }) => profile.orphansOf(conversation, targets));
  }

  findOperation(name: OperationName): Promise<Operation | null> {
    return this.#answer(({ profile }) => profile.findOperation(name));
  }

  operations(limit: number): Promise<readonly Operation[]> {
    return this.#answer(({ profile }) => profile.newestOperations(limit));
  }

  reopen(): MemoryStore {
    return new Tables(this.#tables);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Reads and writes at once, in the order of the calls; failures come as rejections as they do from a disk. */
  #answer<Value>(work: (tables: MemoryTables) => Value): Promise<Value> {
    try {
      if (this.#closed) throw new NatterError(errorData('closed', 'the store is closed'));
      return Promise.resolve(work(this.#tables));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
