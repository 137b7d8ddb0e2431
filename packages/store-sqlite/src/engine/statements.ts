import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The prepared statements of a connection: each is compiled when it is first used, and then kept. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The SQL is the key: always a constant of ours, never made of data. */
  get(sql: string): StatementSync {
    const present = this.#prepared.get(sql);
    if (present !== undefined) return present;
    const made = this.#database.prepare(sql);
    this.#prepared.set(sql, made);
    return made;
  }
}
