import { searchWords } from '@natter/core/search';
import type { MessageRow } from './message-row.ts';
import type { Names } from './names.ts';
import type { Statements } from './statements.ts';

/** What the search index holds of a message; `null` for nothing to find. */
export interface Entry {
  /** Words with spaces between. */
  readonly text: string;
  readonly scope: string;
}

/** Computes the entry of a message. */
export function entryOf(
  { conversation, contact, text }: Pick<MessageRow, 'conversation' | 'contact' | 'text'>,
  names: Names,
): Entry | null {
  const words = searchWords(text);
  if (words.length === 0) return null;
  const sender = contact === null ? '' : ` s${names.take(contact)}`;
  return { text: words.join(' '), scope: `c${names.take(conversation)}${sender}` };
}

const rememberedWords = 50_000;

/**
 * Changes of the search index that wait for the end of their transaction: FTS5 flushes what it has gathered whenever a
 * row id is lower than the one before, so they are written in ascending order.
 */
export class SearchIndex {
  readonly #statements: Statements;
  #waiting = new Map<number, Entry | null>();
  /** Seats for which the index may have an entry already. */
  #stale = new Set<number>();
  /** Words that are surely in the vocabulary, as many as are worth remembering. */
  #known = new Set<string>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** For a seat that the index does not have. */
  add(seat: number, entry: Entry): void {
    this.#waiting.set(seat, entry);
  }

  /** Whatever the index has for a seat is replaced. */
  replace(seat: number, entry: Entry | null): void {
    this.#stale.add(seat);
    this.#waiting.set(seat, entry);
  }

  write(): void {
    const fresh = new Set<string>();
    for (const [seat, entry] of [...this.#waiting].sort(([a], [b]) => a - b)) {
      if (this.#stale.has(seat)) this.#statements.get('DELETE FROM search WHERE rowid = ?').run(seat);
      if (entry === null) continue;
      this.#statements
        .get('INSERT INTO search (rowid, text, scope) VALUES (?, ?, ?)')
        .run(seat, entry.text, entry.scope);
      for (const word of entry.text.split(' ')) if (!this.#known.has(word)) fresh.add(word);
    }
    this.#learn(fresh);
    this.#waiting = new Map();
    this.#stale = new Set();
  }

  /** After a roll-back. */
  drop(): void {
    this.#waiting = new Map();
    this.#stale = new Set();
    this.#known = new Set();
  }

  /** In their order, which is that of the table: neighbours share its pages. */
  #learn(words: ReadonlySet<string>): void {
    if (words.size === 0) return;
    this.#statements
      .get('INSERT OR IGNORE INTO vocabulary (word) SELECT value FROM json_each(?)')
      .run(JSON.stringify([...words].sort()));
    if (this.#known.size > rememberedWords) this.#known = new Set();
    for (const word of words) this.#known.add(word);
  }
}
