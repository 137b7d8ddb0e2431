import type { DatabaseSync } from 'node:sqlite';
import type { KeyPath } from '../indexed-db/key-path.ts';

/** An index of an object store. */
export interface IndexEntry {
  readonly id: number;
  readonly name: string;
  readonly path: KeyPath;
  readonly unique: boolean;
  /** Whether the records that were there before it are in it: until then writes leave it alone. */
  filled: boolean;
}

/** An object store of a database. */
export interface StoreEntry {
  readonly id: number;
  readonly name: string;
  readonly indexes: Map<string, IndexEntry>;
}

/** A database: version 0 is one that was never upgraded. */
export interface DatabaseEntry {
  readonly name: string;
  version: number;
  readonly stores: Map<string, StoreEntry>;
}

/** What a search goes through: an object store, or one of its indexes. */
export interface Source {
  readonly store: StoreEntry;
  readonly index: IndexEntry | null;
}

/** Which databases, object stores and indexes there are: the file's rows, and the same in memory for quick reading. */
export class Catalog {
  readonly #file: DatabaseSync;
  readonly #databases = new Map<string, DatabaseEntry>();

  constructor(file: DatabaseSync) {
    this.#file = file;
  }

  /** The database of that name as it stands, made when it is not there. Only a version change stores it. */
  database(name: string): DatabaseEntry {
    let entry = this.#databases.get(name);
    if (entry === undefined) {
      entry = { name, version: 0, stores: new Map() };
      this.#databases.set(name, entry);
      this.reload(entry);
    }
    return entry;
  }

  /** Reads a database anew after a version change was undone. */
  reload(database: DatabaseEntry): void {
    const row = this.#file.prepare('SELECT version FROM databases WHERE name = ?').get(database.name);
    database.version = Number(row?.['version'] ?? 0);
    database.stores.clear();
    const stores = this.#file.prepare('SELECT id, name FROM stores WHERE database = ?').all(database.name);
    for (const { id, name } of stores) {
      const indexes = new Map<string, IndexEntry>();
      const rows = this.#file
        .prepare('SELECT id, name, path, is_unique FROM indexes WHERE store = ?')
        .all(id ?? 0);
      for (const index of rows) {
        indexes.set(String(index['name']), {
          id: Number(index['id']),
          name: String(index['name']),
          path: JSON.parse(String(index['path'])) as KeyPath,
          unique: index['is_unique'] === 1,
          filled: true,
        });
      }
      database.stores.set(String(name), { id: Number(id), name: String(name), indexes });
    }
  }

  setVersion(database: DatabaseEntry, version: number): void {
    this.#file
      .prepare(
        'INSERT INTO databases (name, version) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version',
      )
      .run(database.name, version);
    database.version = version;
  }

  createStore(database: DatabaseEntry, name: string): StoreEntry {
    const { lastInsertRowid } = this.#file
      .prepare('INSERT INTO stores (database, name) VALUES (?, ?)')
      .run(database.name, name);
    const store: StoreEntry = { id: Number(lastInsertRowid), name, indexes: new Map() };
    database.stores.set(name, store);
    return store;
  }

  /** Takes the store out; its records go with a later request. */
  deleteStore(database: DatabaseEntry, store: StoreEntry): void {
    this.#file.prepare('DELETE FROM stores WHERE id = ?').run(store.id);
    this.#file.prepare('DELETE FROM indexes WHERE store = ?').run(store.id);
    database.stores.delete(store.name);
  }

  createIndex(store: StoreEntry, name: string, path: KeyPath, unique: boolean): IndexEntry {
    const { lastInsertRowid } = this.#file
      .prepare('INSERT INTO indexes (store, name, path, is_unique) VALUES (?, ?, ?, ?)')
      .run(store.id, name, JSON.stringify(path), unique ? 1 : 0);
    const index: IndexEntry = { id: Number(lastInsertRowid), name, path, unique, filled: false };
    store.indexes.set(name, index);
    return index;
  }
}
