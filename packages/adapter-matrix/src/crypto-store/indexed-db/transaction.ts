import { storeNotFound } from './faults.ts';
import type { Connection } from './connection.ts';
import type { Ticket } from '../commits.ts';
import { ObjectStore } from './object-store.ts';
import { dispatch, StoreRequest, type Handler } from './request.ts';
import type { Storage } from './storage.ts';

/** The modes of section 2.7. */
export type Mode = 'readonly' | 'readwrite' | 'versionchange';

/** A request with what it does, when its turn comes. */
interface Operation {
  readonly request: StoreRequest;
  run(): unknown;
  /** The handlers to call when it went well. */
  deliver(): void;
}

/** `IDBTransaction` (section 4.10). It commits by itself when no request is left to be answered. */
export class Transaction {
  oncomplete: Handler = null;
  onerror: Handler = null;
  onabort: Handler = null;
  readonly db: Connection;
  readonly mode: Mode;
  error: DOMException | null = null;
  readonly #storage: Storage;
  readonly #scope: ReadonlySet<string> | null;
  readonly #ticket: Ticket | null;
  readonly #ended: (committed: boolean) => void;
  readonly #operations: Operation[] = [];
  readonly #stores = new Map<string, ObjectStore>();
  #begun = false;
  /** Requests may be made from the moment it is made, or its handler called, until the microtasks after it have run. */
  #phase: 'active' | 'inactive' | 'committing' | 'finished' = 'active';
  /** In the turn that made it. */
  #fresh = true;

  constructor(
    storage: Storage,
    db: Connection,
    mode: Mode,
    scope: ReadonlySet<string> | null,
    ended: (committed: boolean) => void,
  ) {
    this.#storage = storage;
    this.db = db;
    this.mode = mode;
    this.#scope = scope;
    this.#ended = ended;
    this.#ticket = mode === 'readonly' ? null : storage.commits.announce();
    setImmediate(() => {
      this.#fresh = false;
      if (!this.#begun && this.#phase === 'active') this.#phase = 'inactive';
    });
    storage.queue.add(this);
  }

  objectStore(name: string): ObjectStore {
    if (this.#phase === 'finished') throw new DOMException('the transaction has ended', 'InvalidStateError');
    const entry = this.db.entry.stores.get(name);
    if (entry === undefined || this.#scope?.has(name) === false) throw storeNotFound(name);
    const known = this.#stores.get(name);
    if (known?.entry === entry) return known;
    const store = new ObjectStore(this.#storage, this, entry);
    this.#stores.set(name, store);
    return store;
  }

  /** Ends it without waiting for the microtasks. */
  commit(): void {
    if (this.#phase !== 'active')
      throw new DOMException('the transaction is not active', 'InvalidStateError');
    this.#phase = 'committing';
  }

  /** Undoes it. */
  abort(): void {
    if (this.#phase === 'committing' || this.#phase === 'finished')
      throw new DOMException('the transaction has ended', 'InvalidStateError');
    this.#undo(null);
  }

  /** Not of the standard: throws when no request may be made now. */
  mustBeActive(): void {
    if (this.#phase !== 'active')
      throw new DOMException('the transaction is not active', 'TransactionInactiveError');
  }

  /** Not of the standard: throws when nothing may be written now. */
  mustBeWritable(): void {
    this.mustBeActive();
    if (this.mode === 'readonly') throw new DOMException('the transaction only reads', 'ReadOnlyError');
  }

  /** Not of the standard: makes a request. */
  ask<Result>(source: unknown, run: () => Result): StoreRequest<Result> {
    const request = new StoreRequest<Result>(source, this);
    this.askAgain(request, run);
    return request;
  }

  /** Not of the standard: makes a request with an object that is there. */
  askAgain<Result>(request: StoreRequest<Result>, run: () => Result, deliver?: () => void): void {
    this.#operations.push({
      request,
      run,
      deliver: deliver ?? (() => void dispatch(request, [request.onsuccess], 'success')),
    });
  }

  /** Not of the standard: the queue calls it. */
  turn(): boolean {
    if (this.#phase === 'finished') return true;
    if (this.#fresh) return false;
    if (this.#phase === 'active') this.#phase = 'inactive';
    try {
      this.#begin();
      const operation = this.#operations.shift();
      if (operation === undefined) this.#commit();
      else this.#answer(operation);
    } catch (error) {
      this.#undo(new DOMException(this.#storage.commits.fail(error).message, 'UnknownError'));
    }
    return this.#isFinished();
  }

  #isFinished(): boolean {
    return this.#phase === 'finished';
  }

  #begin(): void {
    if (this.#begun) return;
    if (this.mode !== 'readonly') this.#storage.commits.begin();
    this.#begun = true;
  }

  #commit(): void {
    if (this.mode !== 'readonly') this.#storage.commits.commit();
    this.#phase = 'finished';
    this.#ticket?.settle();
    this.#ended(true);
    dispatch(this, [this.oncomplete], 'complete');
  }

  /** Does one request and calls its handlers. Throws when the file or a handler failed. */
  #answer(operation: Operation): void {
    const { request } = operation;
    let error: DOMException | null = null;
    try {
      request.settle(operation.run(), null);
    } catch (caught) {
      if (!(caught instanceof DOMException)) throw caught;
      error = caught;
      request.settle(undefined, error);
    }
    if (this.#phase === 'inactive') this.#phase = 'active';
    if (error === null) operation.deliver();
    else if (!dispatch(request, [request.onerror, this.onerror], 'error').prevented && !this.#isFinished())
      this.#undo(error);
  }

  #undo(error: DOMException | null): void {
    if (this.#phase === 'finished') return;
    this.#phase = 'finished';
    this.error = error;
    if (this.#begun && this.mode !== 'readonly') {
      try {
        this.#storage.commits.rollback();
      } catch (caught) {
        this.#storage.commits.fail(caught);
      }
    }
    this.#ticket?.settle();
    this.#ended(false);
    setImmediate(() => this.#tellUndone());
  }

  #tellUndone(): void {
    try {
      for (const { request } of this.#operations.splice(0)) {
        request.settle(undefined, new DOMException('the transaction was aborted', 'AbortError'));
        dispatch(request, [request.onerror, this.onerror], 'error');
      }
      dispatch(this, [this.onabort], 'abort');
    } catch (caught) {
      this.#storage.commits.fail(caught);
    }
  }
}
