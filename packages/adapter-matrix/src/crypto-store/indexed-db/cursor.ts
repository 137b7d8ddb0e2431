import { deserialize } from 'node:v8';
import type { Found } from '../tables/records.ts';
import type { Source } from '../tables/catalog.ts';
import { clone } from './clone.ts';
import type { Bounds } from './key-range.ts';
import { decodeKey, type Key } from './keys.ts';
import { StoreRequest } from './request.ts';
import type { Storage } from './storage.ts';
import type { Transaction } from './transaction.ts';

/** `IDBCursor` (section 4.8), in the direction `next`. What is deleted ahead of it is not met. */
export class Cursor {
  readonly source: unknown;
  readonly direction = 'next';
  readonly request: StoreRequest<CursorWithValue | null>;
  readonly #storage: Storage;
  readonly #transaction: Transaction;
  readonly #searched: Source;
  readonly #bounds: Bounds;
  protected found: Found | null = null;
  /** Whether it was told where it stands, and not to move on since. */
  #stands = false;

  protected constructor(
    storage: Storage,
    transaction: Transaction,
    source: unknown,
    searched: Source,
    bounds: Bounds,
  ) {
    this.#storage = storage;
    this.#transaction = transaction;
    this.source = source;
    this.#searched = searched;
    this.#bounds = bounds;
    this.request = new StoreRequest(source, transaction);
  }

  get key(): Key | undefined {
    return this.found === null ? undefined : decodeKey(this.found.key);
  }

  get primaryKey(): Key | undefined {
    return this.found === null ? undefined : decodeKey(this.found.record);
  }

  /** Moves on; the request that opened it is answered again. */
  continue(): void {
    this.#transaction.mustBeActive();
    this.#standing();
    this.#stands = false;
    this.request.reopen();
    this.#transaction.askAgain(this.request, () => this.next());
  }

  /** Stores another value under the key of the record it stands on. */
  update(value: unknown): StoreRequest<Key> {
    this.#transaction.mustBeWritable();
    const { record } = this.#standing();
    const bytes = clone(value);
    return this.#transaction.ask(this, () => {
      this.#storage.records.put(this.#searched.store, record, bytes, true);
      return decodeKey(record);
    });
  }

  /** Deletes the record it stands on. */
  delete(): StoreRequest<void> {
    this.#transaction.mustBeWritable();
    const { record } = this.#standing();
    const only = { lower: record, upper: record, lowerOpen: false, upperOpen: false };
    return this.#transaction.ask(this, () => this.#storage.records.delete(this.#searched.store, only));
  }

  /** Not of the standard: finds the next record. */
  protected next(): CursorWithValue | null {
    const [found = null] = this.#storage.records.find(this.#searched, this.#bounds, 1, this.found);
    this.found = found;
    this.#stands = found !== null;
    return found === null || !(this instanceof CursorWithValue) ? null : this;
  }

  #standing(): Found {
    if (this.found === null || !this.#stands)
      throw new DOMException('the cursor stands on no record', 'InvalidStateError');
    return this.found;
  }
}

/** `IDBCursorWithValue` (section 4.8). */
export class CursorWithValue extends Cursor {
  #value: { readonly of: Found; readonly value: unknown } | null = null;

  /** Not of the standard: asks for a cursor at its first record. */
  static open(
    storage: Storage,
    transaction: Transaction,
    source: unknown,
    searched: Source,
    bounds: Bounds,
  ): StoreRequest<CursorWithValue | null> {
    const cursor = new CursorWithValue(storage, transaction, source, searched, bounds);
    transaction.askAgain(cursor.request, () => cursor.next());
    return cursor.request;
  }

  get value(): unknown {
    if (this.found === null) return undefined;
    if (this.#value?.of !== this.found) {
      this.#value = { of: this.found, value: deserialize(this.found.value) as unknown };
    }
    return this.#value.value;
  }
}
