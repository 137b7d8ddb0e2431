import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FileFacts, FileRecord, Files, NewFile } from '../ports/files.ts';
import type { AccountId, FileId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { integer, integerOrNull, text, textOrNull } from './columns.ts';
import type { Row } from './columns.ts';
import type { Journal } from './journal.ts';

/** What embedded files stand on. */
export interface FileParts {
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly clock: () => number;
  /** Bytes of all files of one account. */
  readonly quota: number;
}

/** Files in SQLite, without their bytes. */
export class SqliteFiles implements Files {
  readonly #parts: FileParts;
  readonly #byId: StatementSync;
  readonly #byClientId: StatementSync;
  readonly #used: StatementSync;
  readonly #insert: StatementSync;
  readonly #complete: StatementSync;
  readonly #mayRead: StatementSync;
  readonly #removeOrphans: StatementSync;

  constructor(parts: FileParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#byId = database.prepare('SELECT * FROM file WHERE id = ?');
    this.#byClientId = database.prepare('SELECT * FROM file WHERE owner = ? AND client_id = ?');
    this.#used = database.prepare('SELECT coalesce(sum(size), 0) AS used FROM file WHERE owner = ?');
    this.#insert = database.prepare(`
      INSERT INTO file (owner, client_id, name, media_type, size, created_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING *`);
    this.#complete = database.prepare(
      'UPDATE file SET sha256 = ?, media_type = ?, width = ?, height = ?, thumbnail = ? WHERE id = ?',
    );
    this.#mayRead = database.prepare(`
      SELECT 1 FROM file WHERE id = ?1 AND owner = ?2
      UNION ALL
      SELECT 1 FROM file_reference AS reference JOIN member ON member.conversation = reference.conversation
      WHERE reference.file = ?1 AND member.account = ?2 AND member.standing = 'joined' AND reference.seq > member.hidden_up_to
      UNION ALL
      SELECT 1 FROM conversation JOIN member ON member.conversation = conversation.id
      WHERE conversation.icon = ?1 AND member.account = ?2 AND member.standing IN ('joined', 'invited')
      UNION ALL
      SELECT 1 FROM account JOIN roster AS mine ON mine.owner = ?2 AND mine.contact = account.id
        JOIN roster AS theirs ON theirs.owner = account.id AND theirs.contact = ?2
      WHERE account.picture = ?1 AND mine.to_state = 'granted' AND theirs.from_state = 'granted'
        AND mine.blocked = 0 AND theirs.blocked = 0 AND mine.gone = 0 AND theirs.gone = 0
      LIMIT 1`);
    this.#removeOrphans = database.prepare(`
      DELETE FROM file WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM file_reference WHERE file = file.id)
        AND NOT EXISTS (SELECT 1 FROM conversation WHERE icon = file.id)
        AND NOT EXISTS (SELECT 1 FROM account WHERE picture = file.id)
      RETURNING id`);
  }

  create(file: NewFile): Promise<FileRecord> {
    return this.#parts.journal.write(() => {
      const known = this.#byClientId.get(file.owner, file.clientId);
      if (known !== undefined) {
        if (integer(known, 'size') === file.size) return fileRecord(known);
        throw new Refusal('conflict', 'This client id was used before for another file.');
      }
      const used = integer(this.#used.get(file.owner) ?? {}, 'used');
      if (used + file.size > this.#parts.quota)
        throw new Refusal('full', 'There is no room left for files of this account.');
      const { owner, clientId, name, mediaType, size } = file;
      return fileRecord(this.#insert.get(owner, clientId, name, mediaType, size, this.#parts.clock()) ?? {});
    });
  }

  get(id: FileId): Promise<FileRecord | null> {
    const row = this.#byId.get(id);
    return Promise.resolve(row === undefined ? null : fileRecord(row));
  }

  complete(id: FileId, { sha256, mediaType, dimensions, thumbnail }: FileFacts): Promise<void> {
    const { width = null, height = null } = dimensions ?? {};
    return this.#parts.journal.write(
      () => void this.#complete.run(sha256, mediaType, width, height, thumbnail, id),
    );
  }

  mayRead(id: FileId, account: AccountId): Promise<boolean> {
    return Promise.resolve(this.#mayRead.get(id, account) !== undefined);
  }

  removeOrphans(before: number): Promise<readonly FileId[]> {
    return this.#parts.journal.write(() => this.#removeOrphans.all(before).map((row) => integer(row, 'id')));
  }
}

/** Reads a row of the table `file`. */
export function fileRecord(row: Row): FileRecord {
  const [width, height] = [integerOrNull(row, 'width'), integerOrNull(row, 'height')];
  return {
    dimensions: width === null || height === null ? null : { width, height },
    id: integer(row, 'id'),
    owner: integer(row, 'owner'),
    name: text(row, 'name'),
    mediaType: text(row, 'media_type'),
    size: integer(row, 'size'),
    sha256: textOrNull(row, 'sha256'),
    thumbnail: integerOrNull(row, 'thumbnail'),
  };
}
