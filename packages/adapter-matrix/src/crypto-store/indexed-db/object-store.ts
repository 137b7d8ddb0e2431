import { deserialize } from 'node:v8';
import type { IndexEntry, Source, StoreEntry } from '../tables/catalog.ts';
import { clone } from './clone.ts';
import { CursorWithValue } from './cursor.ts';
import { deleted, storeNotFound } from './faults.ts';
import type { KeyPath } from './key-path.ts';
import { boundsOf, requiredBounds } from './key-range.ts';
import { decodeKey, encodeKey, type Key } from './keys.ts';
import type { StoreRequest } from './request.ts';
import type { Storage } from './storage.ts';
import type { Transaction } from './transaction.ts';

/** What an object store and an index have in common: being read. */
abstract class Readable {
  readonly transaction: Transaction;
  protected readonly storage: Storage;
  protected abstract readonly searched: Source;

  constructor(storage: Storage, transaction: Transaction) {
    this.storage = storage;
    this.transaction = transaction;
  }

  /** The value of the first record within a range or under a key. */
  get(query: unknown): StoreRequest {
    this.mustBeThere();
    const bounds = requiredBounds(query);
    return this.ask(() => {
      const [found] = this.storage.records.find(this.searched, bounds, 1);
      return found === undefined ? undefined : (deserialize(found.value) as unknown);
    });
  }

  getAll(query?: unknown, limit = 0): StoreRequest<unknown[]> {
    this.mustBeThere();
    const bounds = boundsOf(query);
    return this.ask(() =>
      this.storage.records
        .find(this.searched, bounds, limit)
        .map((found): unknown => deserialize(found.value)),
    );
  }

  getAllKeys(query?: unknown, limit = 0): StoreRequest<Key[]> {
    this.mustBeThere();
    const bounds = boundsOf(query);
    return this.ask(() =>
      this.storage.records.find(this.searched, bounds, limit).map((found) => decodeKey(found.record)),
    );
  }

  count(query?: unknown): StoreRequest<number> {
    this.mustBeThere();
    const bounds = boundsOf(query);
    return this.ask(() => this.storage.records.count(this.searched, bounds));
  }

  /** A cursor in key order, at its first record; `null` when there is none. */
  openCursor(query?: unknown): StoreRequest<CursorWithValue | null> {
    this.mustBeThere();
    return CursorWithValue.open(this.storage, this.transaction, this, this.searched, boundsOf(query));
  }

  protected ask<Result>(run: () => Result): StoreRequest<Result> {
    return this.transaction.ask(this, run);
  }

  /** Throws when it was deleted, and when no request may be made now. */
  protected mustBeThere(): void {
    const { store, index } = this.searched;
    const now = this.transaction.db.entry.stores.get(store.name);
    if (now !== store || (index !== null && store.indexes.get(index.name) !== index)) throw deleted();
    this.transaction.mustBeActive();
  }
}

/** `IDBObjectStore` (section 4.5) with keys apart from values, which is all that the crypto module uses. */
export class ObjectStore extends Readable {
  readonly entry: StoreEntry;
  protected readonly searched: Source;

  constructor(storage: Storage, transaction: Transaction, entry: StoreEntry) {
    super(storage, transaction);
    this.entry = entry;
    this.searched = { store: entry, index: null };
  }

  get name(): string {
    return this.entry.name;
  }

  /** Stores a value under a key, in place of what is there. */
  put(value: unknown, key?: unknown): StoreRequest<Key> {
    return this.#store(value, key, true);
  }

  /** Stores a value under a key that must be new. */
  add(value: unknown, key?: unknown): StoreRequest<Key> {
    return this.#store(value, key, false);
  }

  delete(query: unknown): StoreRequest<void> {
    this.#mustBeWritable();
    const bounds = requiredBounds(query);
    return this.ask(() => this.storage.records.delete(this.entry, bounds));
  }

  clear(): StoreRequest<void> {
    this.#mustBeWritable();
    return this.ask(() => this.storage.records.clear(this.entry));
  }

  index(name: string): StoreIndex {
    const index = this.entry.indexes.get(name);
    if (index === undefined) throw storeNotFound(name);
    return new StoreIndex(this.storage, this, index);
  }

  /** Only while the database is being upgraded. */
  createIndex(name: string, path: KeyPath, options: { readonly unique?: boolean } = {}): StoreIndex {
    if (this.transaction.mode !== 'versionchange')
      throw new DOMException('only an upgrade makes an index', 'InvalidStateError');
    this.mustBeThere();
    if (this.entry.indexes.has(name)) throw new DOMException(`there is an index ${name}`, 'ConstraintError');
    const index = this.storage.catalog.createIndex(this.entry, name, path, options.unique === true);
    this.ask(() => this.storage.records.fill(this.entry, index));
    return new StoreIndex(this.storage, this, index);
  }

  #store(value: unknown, key: unknown, replace: boolean): StoreRequest<Key> {
    this.#mustBeWritable();
    const encoded = encodeKey(key);
    const bytes = clone(value);
    return this.ask(() => {
      this.storage.records.put(this.entry, encoded, bytes, replace);
      return decodeKey(encoded);
    });
  }

  #mustBeWritable(): void {
    this.mustBeThere();
    this.transaction.mustBeWritable();
  }
}

/** `IDBIndex` (section 4.6). */
export class StoreIndex extends Readable {
  readonly objectStore: ObjectStore;
  protected readonly searched: Source & { readonly index: IndexEntry };

  constructor(storage: Storage, store: ObjectStore, index: IndexEntry) {
    super(storage, store.transaction);
    this.objectStore = store;
    this.searched = { store: store.entry, index };
  }

  get name(): string {
    return this.searched.index.name;
  }
}
