import type { Message } from '@natter/core';
import { searchableText, searchWords } from '@natter/core/search';
import type { Names } from './names.ts';
import type { Statements } from './statements.ts';

/** What the search index holds of a message; `null` for nothing to find. */
export interface Entry {
  /** Words with spaces between. */
  readonly text: string;
  readonly scope: string;
}

/** Computes the entry of a message. */
export function entryOf(message: Message, names: Names): Entry | null {
  const words = searchWords(searchableText(message));
  if (words.length === 0) return null;
  const contact = message.sender.contact;
  const sender = contact === null ? '' : ` s${names.take(contact)}`;
  return { text: words.join(' '), scope: `c${names.take(message.conversation)}${sender}` };
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
    for (const [seat, entry] of [...this.#waiting].sort(([a], [b]) => a - b)) {
      if (this.#stale.has(seat)) this.#statements.get('DELETE FROM search WHERE rowid = ?').run(seat);
      if (entry === null) continue;
      this.#statements
        .get('INSERT INTO search (rowid, text, scope) VALUES (?, ?, ?)')
        .run(seat, entry.text, entry.scope);
      this.#learn(entry.text);
    }
    this.#waiting = new Map();
    this.#stale = new Set();
  }

  /** After a roll-back. */
  drop(): void {
    this.#waiting = new Map();
    this.#stale = new Set();
    this.#known = new Set();
  }

  #learn(text: string): void {
    if (this.#known.size > rememberedWords) this.#known = new Set();
    for (const word of text.split(' ')) {
      if (this.#known.has(word)) continue;
      this.#statements.get('INSERT OR IGNORE INTO vocabulary (word) VALUES (?)').run(word);
      this.#known.add(word);
    }
  }
}
