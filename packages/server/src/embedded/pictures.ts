import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId, FileId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { integer, integerOrNull, text } from './columns.ts';

/** Bytes of a picture: everybody who sees it gets it. */
const mostBytes = 2 * 1024 * 1024;

/** The pictures of accounts, which are files of theirs. Used inside a transaction. */
export class Pictures {
  readonly #file: StatementSync;
  readonly #current: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    this.#file = database.prepare(
      'SELECT size, media_type FROM file WHERE id = ? AND owner = ? AND sha256 IS NOT NULL',
    );
    this.#current = database.prepare('SELECT picture FROM account WHERE id = ? AND deleted_at IS NULL');
    this.#set = database.prepare('UPDATE account SET picture = ? WHERE id = ?');
  }

  /** Returns whether that is another one than before. @throws Refusal `not-found`, `invalid`, `too-large` */
  set(account: AccountId, picture: FileId | null): boolean {
    if (picture !== null) this.#requirePicture(account, picture);
    const row = this.#current.get(account);
    if (row === undefined || integerOrNull(row, 'picture') === picture) return false;
    this.#set.run(picture, account);
    return true;
  }

  #requirePicture(account: AccountId, picture: FileId): void {
    const row = this.#file.get(picture, account);
    if (row === undefined)
      throw new Refusal('not-found', 'You have no such file, or not all of it is there yet.');
    // As the bytes say. Text that can hold a program is no picture.
    const mediaType = text(row, 'media_type');
    if (!mediaType.startsWith('image/') || mediaType === 'image/svg+xml')
      throw new Refusal('invalid', 'This file is no picture.', { field: 'picture' });
    if (integer(row, 'size') > mostBytes)
      throw new Refusal('too-large', `A picture of yourself may have ${mostBytes} bytes.`);
  }
}
