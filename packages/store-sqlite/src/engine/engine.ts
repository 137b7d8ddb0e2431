import type { DatabaseSync } from 'node:sqlite';
import type {
  ErrorData,
  Message,
  MessageLookup,
  SearchQuery,
  TimelineQuery,
  TimelineRows,
} from '@natter/core';
import { storageError } from '../errors.ts';
import { Writer } from './apply.ts';
import type { PackedWrites } from './message-row.ts';
import { MessageWriter } from './messages.ts';
import { Names } from './names.ts';
import { Reader } from './reader.ts';
import { Records } from './records.ts';
import { searchMessages } from './search.ts';
import { SearchIndex } from './search-index.ts';
import { Seats } from './seats.ts';
import { Statements } from './statements.ts';
import { readTimeline } from './timeline.ts';

/** A store on one connection, synchronously: what runs in the threads. */
export class Engine extends Reader {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #statements: Statements;
  readonly #names: Names;
  readonly #index: SearchIndex;
  readonly #records: Records;
  readonly #writer: Writer;

  constructor(database: DatabaseSync, file: string) {
    const statements = new Statements(database);
    const names = new Names(statements);
    super(statements, names);
    this.#database = database;
    this.#file = file;
    this.#statements = statements;
    this.#names = names;
    this.#index = new SearchIndex(statements);
    this.#records = new Records(statements);
    const messages = new MessageWriter(statements, names, new Seats(statements), this.#index);
    this.#writer = new Writer(statements, names, this.#records, messages);
  }

  /** The JSON of a StoredProfile. */
  load(): string {
    return this.#records.load();
  }

  /** Within one transaction, so that the file is locked once and not for each of a page's thousand names. */
  override findMessages(lookups: readonly MessageLookup[]): (Message | null)[] {
    return this.#consistently(() => super.findMessages(lookups));
  }

  timeline(query: TimelineQuery): TimelineRows {
    return this.#consistently(() => readTimeline(this.#statements, this.#names, query));
  }

  search(query: SearchQuery): Message[] {
    return searchMessages(this.#statements, this.#names, query);
  }

  /**
   * Applies several lists of writes with one commit: it is the sync to disk that takes the time. A list that fails is taken
   * back alone; the answers stand in the order of the lists, `null` for success.
   */
  applyAll(lists: readonly PackedWrites[]): (ErrorData | null)[] {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const results = lists.map((list) => (lists.length === 1 ? this.#apply(list) : this.#applyApart(list)));
      this.#database.exec('COMMIT');
      return results;
    } catch (error) {
      this.#rollBack('ROLLBACK');
      const failure = storageError(this.#file, error);
      return lists.map(() => failure);
    }
  }

  #apply(list: PackedWrites): null {
    this.#writer.write(list);
    this.#index.write();
    return null;
  }

  #applyApart(list: PackedWrites): ErrorData | null {
    this.#database.exec('SAVEPOINT list');
    try {
      this.#apply(list);
      this.#database.exec('RELEASE list');
      return null;
    } catch (error) {
      // A full or failing disk ends the whole transaction: then all lists have failed.
      if (!this.#database.isTransaction) throw error;
      this.#rollBack('ROLLBACK TO list; RELEASE list');
      return storageError(this.#file, error);
    }
  }

  #rollBack(how: string): void {
    this.#index.drop();
    this.#names.reset();
    if (this.#database.isTransaction) this.#database.exec(how);
  }

  /** Two statements that must see one state of the database. */
  #consistently<Value>(read: () => Value): Value {
    this.#database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }
}
