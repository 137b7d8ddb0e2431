import type { AccountId, Operation } from '@natter/core';
import { isFinal } from '@natter/core/model';
import { recordTables, type RecordTable } from '../file/schema.ts';
import { columnText } from './codec.ts';
import type { Statements } from './statements.ts';

/** Writes the tables that the hub keeps in memory, and reads them all at once. */
export class Records {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  put(table: RecordTable, key: string, account: AccountId | null, value: object): void {
    this.#statements
      .get(
        `INSERT INTO ${table} (key, account, body) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET account = excluded.account, body = excluded.body`,
      )
      .run(key, account, JSON.stringify(value));
  }

  remove(table: RecordTable, key: string): void {
    this.#statements.get(`DELETE FROM ${table} WHERE key = ?`).run(key);
  }

  putOperation(operation: Operation): void {
    this.#statements
      .get(
        'INSERT INTO operation (id, key, account, final, created, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET key = excluded.key, account = excluded.account, final = excluded.final, created = excluded.created, body = excluded.body',
      )
      .run(
        operation.id,
        columnText(operation.key),
        operation.account,
        Number(isFinal(operation.state)),
        operation.createdAt,
        JSON.stringify(operation),
      );
  }

  removeAccount(account: AccountId): void {
    for (const table of recordTables)
      this.#statements.get(`DELETE FROM ${table} WHERE account = ?`).run(account);
    this.#statements.get('DELETE FROM operation WHERE account = ?').run(account);
  }

  /** The JSON of a StoredProfile, put together from the rows as they are: a list of 100,000 is parsed once, by its reader. */
  load(): string {
    const fields: Record<string, string> = {
      accounts: this.#all('account'),
      contacts: this.#all('contact'),
      persons: this.#all('person'),
      distinctions: this.#all('distinction'),
      conversations: this.#all('conversation'),
      aliases: this.#all('alias'),
      operations: this.#join('SELECT body FROM operation WHERE final = 0 ORDER BY place'),
      gaps: this.#all('gap'),
      cursors: this.#all('cursor'),
      states: this.#all('state'),
      orphaned: this.#join(
        'SELECT json_quote(conversation) AS body FROM orphan GROUP BY conversation ORDER BY min(place)',
      ),
      lastChange: String(
        this.#statements.get("SELECT value FROM counter WHERE name = 'change'").get()?.['value'] ?? 0,
      ),
    };
    return `{${Object.entries(fields)
      .map(([field, json]) => `"${field}":${json}`)
      .join(',')}}`;
  }

  #all(table: RecordTable): string {
    return this.#join(`SELECT body FROM ${table} ORDER BY place`);
  }

  #join(sql: string): string {
    const rows = this.#statements.get(sql).all();
    return `[${rows.map((row) => String(row['body'])).join(',')}]`;
  }
}
