import type { DatabaseEntry } from '../tables/catalog.ts';
import { deleted, storeNotFound } from './faults.ts';
import type { ObjectStore } from './object-store.ts';
import type { Handler } from './request.ts';
import type { Storage } from './storage.ts';
import { Transaction, type Mode } from './transaction.ts';

/** `DOMStringList`, as far as it is used. */
export class NameList {
  readonly #names: readonly string[];

  constructor(names: Iterable<string>) {
    this.#names = [...names].sort();
  }

  get length(): number {
    return this.#names.length;
  }

  item(at: number): string | null {
    return this.#names[at] ?? null;
  }

  contains(name: string): boolean {
    return this.#names.includes(name);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names[Symbol.iterator]();
  }
}

/** `IDBDatabase` (section 4.4): a connection to one database. */
export class Connection {
  onabort: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  onversionchange: Handler = null;
  readonly entry: DatabaseEntry;
  readonly #storage: Storage;
  readonly #parted: () => void;
  #closing = false;
  #running = 0;
  #upgrade: Transaction | null = null;

  /** `parted` is called once it is closed and its transactions have ended. */
  constructor(storage: Storage, entry: DatabaseEntry, parted: () => void) {
    this.#storage = storage;
    this.entry = entry;
    this.#parted = parted;
  }

  get name(): string {
    return this.entry.name;
  }

  get version(): number {
    return this.entry.version;
  }

  get objectStoreNames(): NameList {
    return new NameList(this.entry.stores.keys());
  }

  transaction(scope: string | Iterable<string>, mode: 'readonly' | 'readwrite' = 'readonly'): Transaction {
    if (this.#upgrade !== null || this.#closing)
      throw new DOMException('the connection is closing or being upgraded', 'InvalidStateError');
    const names = new Set(typeof scope === 'string' ? [scope] : scope);
    for (const name of names) if (!this.entry.stores.has(name)) throw storeNotFound(name);
    if (names.size === 0) throw new DOMException('a transaction needs an object store', 'InvalidAccessError');
    return this.#start(mode, names);
  }

  /** Only while it is being upgraded. */
  createObjectStore(
    name: string,
    options?: { readonly keyPath?: unknown; readonly autoIncrement?: boolean },
  ): ObjectStore {
    const upgrade = this.#upgrading();
    if ((options?.keyPath ?? null) !== null || options?.autoIncrement === true)
      throw new DOMException('keys inside of values are not supported', 'NotSupportedError');
    if (this.entry.stores.has(name)) throw new DOMException(`there is a store ${name}`, 'ConstraintError');
    this.#storage.catalog.createStore(this.entry, name);
    return upgrade.objectStore(name);
  }

  /** Only while it is being upgraded. */
  deleteObjectStore(name: string): void {
    const upgrade = this.#upgrading();
    const store = this.entry.stores.get(name);
    if (store === undefined) throw storeNotFound(name);
    this.#storage.catalog.deleteStore(this.entry, store);
    upgrade.ask(this, () => this.#storage.records.clear(store));
  }

  /** No new transaction; those that run go on. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#running === 0) this.#parted();
  }

  /** Not of the standard: starts the transaction in which the version changes. */
  upgrade(ended: (committed: boolean) => void): Transaction {
    const upgrade = this.#start('versionchange', null, (committed) => {
      this.#upgrade = null;
      if (!committed) this.#storage.catalog.reload(this.entry);
      ended(committed);
    });
    this.#upgrade = upgrade;
    return upgrade;
  }

  #start(mode: Mode, scope: ReadonlySet<string> | null, ended?: (committed: boolean) => void): Transaction {
    this.#running += 1;
    return new Transaction(this.#storage, this, mode, scope, (committed) => {
      this.#running -= 1;
      ended?.(committed);
      if (this.#closing && this.#running === 0) this.#parted();
    });
  }

  #upgrading(): Transaction {
    if (this.#upgrade === null)
      throw new DOMException('only an upgrade changes the stores', 'InvalidStateError');
    if (this.#closing) throw deleted();
    this.#upgrade.mustBeActive();
    return this.#upgrade;
  }
}
