import type { Statements } from './statements.ts';

/** Ids of the hub as small numbers: a row and its indexes hold two bytes where they would hold twenty-four. */
export class Names {
  readonly #statements: Statements;
  readonly #refs = new Map<string, number>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The number of an id; `null` when no row has it. */
  find(id: string): number | null {
    const known = this.#refs.get(id);
    if (known !== undefined) return known;
    const row = this.#statements.get('SELECT ref FROM name WHERE id = ?').get(id);
    if (row === undefined) return null;
    const ref = Number(row['ref']);
    this.#refs.set(id, ref);
    return ref;
  }

  /** The number of an id, given to it now when it has none. */
  take(id: string): number {
    const present = this.find(id);
    if (present !== null) return present;
    const ref = Number(this.#statements.get('INSERT INTO name (id) VALUES (?)').run(id).lastInsertRowid);
    this.#refs.set(id, ref);
    return ref;
  }

  /** Forgets what it knows: after a roll-back numbers may be gone. */
  reset(): void {
    this.#refs.clear();
  }
}
