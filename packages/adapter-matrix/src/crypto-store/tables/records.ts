import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deserialize } from 'node:v8';
import { indexKey } from '../indexed-db/key-path.ts';
import { everything, type Bounds } from '../indexed-db/key-range.ts';
import type { IndexEntry, Source, StoreEntry } from './catalog.ts';

/** A record with the key it was found by: its own, or that of an index. */
export interface Found {
  /** The encoded key in the order of which it was found. */
  readonly key: Uint8Array;
  /** The encoded key of the record itself. */
  readonly record: Uint8Array;
  /** The value in the format of structured clone. */
  readonly value: Uint8Array;
}

/** Where a cursor stands. */
export type Position = Pick<Found, 'key' | 'record'>;

const ALL = -1;

/** The records of all object stores and the entries of their indexes, as SQLite has them. */
export class Records {
  readonly #file: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: DatabaseSync) {
    this.#file = file;
  }

  /** The first records in key order within bounds and beyond a position; `limit` 0 is no limit. */
  find(source: Source, bounds: Bounds, limit = 0, after: Position | null = null): Found[] {
    const { text, values } = conditions(source, bounds, after);
    const rows = this.#statement(`${selection(source)} WHERE ${text} ORDER BY 1, 2 LIMIT ?`).all(
      ...values,
      limit === 0 ? ALL : limit,
    );
    return rows as unknown as Found[];
  }

  count(source: Source, bounds: Bounds): number {
    const { text, values } = conditions(source, bounds, null);
    const { count } =
      this.#statement(`SELECT count(*) AS count FROM (${selection(source)} WHERE ${text})`).get(...values) ??
      {};
    return Number(count);
  }

  /** Stores a value under a key, in place of what was there. Nothing has changed when it throws `ConstraintError`. */
  put(store: StoreEntry, key: Uint8Array, value: Uint8Array, replace: boolean): void {
    if (!replace && this.#has(store, key))
      throw new DOMException('the key is there already', 'ConstraintError');
    const indexes = [...store.indexes.values()].filter((index) => index.filled);
    const content: unknown = indexes.length === 0 ? null : deserialize(value);
    const entries = indexes.map((index) => ({ index, entry: indexKey(content, index.path) }));
    for (const { index, entry } of entries) this.#refuseSecond(index, entry, key);
    this.#statement(
      'INSERT INTO records (store, key, value) VALUES (?, ?, ?) ON CONFLICT (store, key) DO UPDATE SET value = excluded.value',
    ).run(store.id, key, value);
    for (const { index, entry } of entries) {
      this.#statement('DELETE FROM entries WHERE indexed = ? AND record = ?').run(index.id, key);
      if (entry !== null) this.#enter(index, entry, key);
    }
  }

  delete(store: StoreEntry, bounds: Bounds): void {
    if (store.indexes.size > 0) {
      for (const { record } of this.find({ store, index: null }, bounds)) {
        for (const { id } of store.indexes.values())
          this.#statement('DELETE FROM entries WHERE indexed = ? AND record = ?').run(id, record);
      }
    }
    const { text, values } = conditions({ store, index: null }, bounds, null);
    this.#statement(`DELETE FROM records AS r WHERE ${text}`).run(...values);
  }

  clear(store: StoreEntry): void {
    for (const { id } of store.indexes.values())
      this.#statement('DELETE FROM entries WHERE indexed = ?').run(id);
    this.#statement('DELETE FROM records WHERE store = ?').run(store.id);
  }

  /** Puts the records that are there into a new index. */
  fill(store: StoreEntry, index: IndexEntry): void {
    for (const { record, value } of this.find({ store, index: null }, everything)) {
      const entry = indexKey(deserialize(value), index.path);
      this.#refuseSecond(index, entry, record);
      if (entry !== null) this.#enter(index, entry, record);
    }
    index.filled = true;
  }

  #has(store: StoreEntry, key: Uint8Array): boolean {
    return (
      this.#statement('SELECT 1 FROM records WHERE store = ? AND key = ?').get(store.id, key) !== undefined
    );
  }

  #enter(index: IndexEntry, entry: Uint8Array, record: Uint8Array): void {
    this.#statement('INSERT INTO entries (indexed, key, record) VALUES (?, ?, ?)').run(
      index.id,
      entry,
      record,
    );
  }

  #refuseSecond(index: IndexEntry, entry: Uint8Array | null, record: Uint8Array): void {
    if (!index.unique || entry === null) return;
    const other = this.#statement('SELECT 1 FROM entries WHERE indexed = ? AND key = ? AND record <> ?');
    if (other.get(index.id, entry, record) !== undefined)
      throw new DOMException(`another record has that key in ${index.name}`, 'ConstraintError');
  }

  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#file.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

function selection({ index }: Source): string {
  return index === null
    ? 'SELECT r.key AS key, r.key AS record, r.value AS value FROM records AS r'
    : 'SELECT e.key AS key, e.record AS record, r.value AS value FROM entries AS e JOIN records AS r ON r.key = e.record';
}

function conditions(
  source: Source,
  bounds: Bounds,
  after: Position | null,
): { text: string; values: (number | Uint8Array)[] } {
  const { store, index } = source;
  const key = index === null ? 'r.key' : 'e.key';
  const parts = ['r.store = ?'];
  const values: (number | Uint8Array)[] = [store.id];
  const add = (part: string, ...of: (number | Uint8Array)[]): void => {
    parts.push(part);
    values.push(...of);
  };
  if (index !== null) add('e.indexed = ?', index.id);
  if (bounds.lower !== null) add(`${key} ${bounds.lowerOpen ? '>' : '>='} ?`, bounds.lower);
  if (bounds.upper !== null) add(`${key} ${bounds.upperOpen ? '<' : '<='} ?`, bounds.upper);
  if (after !== null && index === null) add('r.key > ?', after.key);
  if (after !== null && index !== null) add('(e.key, e.record) > (?, ?)', after.key, after.record);
  return { text: parts.join(' AND '), values };
}
