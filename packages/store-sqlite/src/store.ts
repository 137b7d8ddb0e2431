import type {
  ConversationId,
  Edges,
  Member,
  Message,
  MessageLookup,
  OperationName,
  Operation,
  OrderKey,
  Orphan,
  SearchQuery,
  Store,
  StoredChange,
  StoredProfile,
  Target,
  TimelineQuery,
  TimelineRows,
  Write,
} from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';
import { packWrites } from './engine/message-row.ts';
import type { Connection } from './thread/connection.ts';

/**
 * A store over one connection that writes and one that only reads. What the hub asks while it decides goes the writer's
 * way, behind the writes before it; what front ends look at does not wait for a long write.
 */
export class SqliteStore implements Store {
  readonly #writer: Connection;
  readonly #openReader: () => Promise<Connection>;
  #opening: Promise<void> | undefined;
  #reader: Connection | undefined;
  #closing: Promise<void> | undefined;

  /** `openReader` is called with the first long read. */
  constructor(writer: Connection, openReader: () => Promise<Connection>) {
    this.#writer = writer;
    this.#openReader = openReader;
  }

  async load(): Promise<StoredProfile> {
    // JSON that the engine put together from rows that this package wrote.
    return JSON.parse(await this.#hub().read('load')) as StoredProfile;
  }

  async apply(writes: readonly Write[]): Promise<void> {
    const writer = this.#hub();
    if (writes.length > 0) await writer.apply(packWrites(writes));
  }

  async findMessages(lookups: readonly MessageLookup[]): Promise<readonly (Message | null)[]> {
    return this.#hub().read('findMessages', lookups);
  }

  async edges(conversation: ConversationId): Promise<Edges> {
    return this.#hub().read('edges', conversation);
  }

  async nextOrder(conversation: ConversationId, after: OrderKey): Promise<OrderKey | null> {
    return this.#hub().read('nextOrder', conversation, after);
  }

  async countUnread(
    conversation: ConversationId,
    after: OrderKey | null,
  ): Promise<{ readonly unread: number; readonly mentions: number }> {
    return this.#hub().read('countUnread', conversation, after);
  }

  async members(conversation: ConversationId): Promise<readonly Member[]> {
    return this.#hub().read('members', conversation);
  }

  async orphans(conversation: ConversationId, targets: readonly Target[]): Promise<readonly Orphan[]> {
    return this.#hub().read('orphans', conversation, targets);
  }

  async timeline(query: TimelineQuery): Promise<TimelineRows> {
    return this.#frontEnd().read('timeline', query);
  }

  async search(query: SearchQuery): Promise<readonly Message[]> {
    return this.#frontEnd().read('search', query);
  }

  async changes(after: number, limit: number): Promise<readonly StoredChange[]> {
    return this.#frontEnd().read('changes', after, limit);
  }

  async findOperation(name: OperationName): Promise<Operation | null> {
    return this.#hub().read('findOperation', name);
  }

  async operations(limit: number): Promise<readonly Operation[]> {
    return this.#frontEnd().read('operations', limit);
  }

  /** What was asked before is answered first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#opening;
    if (this.#reader !== this.#writer) await this.#reader?.close();
    await this.#writer.close();
  }

  #hub(): Connection {
    if (this.#closing !== undefined) throw new NatterError(errorData('closed', 'the store is closed'));
    return this.#writer;
  }

  /** Until the reader is open, and when it cannot be opened, the writer answers: later perhaps, and as well. */
  #frontEnd(): Connection {
    const writer = this.#hub();
    this.#opening ??= this.#openReader().then(
      (reader) => {
        this.#reader = reader;
      },
      () => undefined,
    );
    return this.#reader ?? writer;
  }
}
