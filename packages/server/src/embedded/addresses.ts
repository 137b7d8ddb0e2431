import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId } from '../ports/identifiers.ts';
import { text } from './columns.ts';

const mostAddresses = 100_000;

/** Addresses of accounts by key. They never change, so what has been read stays right. */
export class Addresses {
  readonly #server: string;
  readonly #select: StatementSync;
  readonly #known = new Map<AccountId, string>();

  constructor(database: DatabaseSync, server: string) {
    this.#server = server;
    this.#select = database.prepare('SELECT user FROM account WHERE id = ?');
  }

  of(account: AccountId): string {
    const known = this.#known.get(account);
    if (known !== undefined) return known;
    const row = this.#select.get(account);
    const address = this.ofUser(row === undefined ? 'unknown' : text(row, 'user'));
    if (this.#known.size >= mostAddresses) this.#known.clear();
    this.#known.set(account, address);
    return address;
  }

  /** The address of an account whose user was read already. */
  ofUser(user: string): string {
    return `${user}@${this.#server}`;
  }
}
