import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Attachment, MessageBody } from '@natter/native-protocol';
import type { AccountId, ConversationId, FileId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { fileWireId, parseFileId } from '../wire-ids.ts';
import { fileRecord } from './files.ts';

/** Which message points to which file. Used inside the transaction of the message. */
export class FileReferences {
  readonly #known: StatementSync;
  readonly #byId: StatementSync;
  readonly #insert: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync) {
    this.#known = database.prepare(`
      SELECT 1 FROM file WHERE id = ?1 AND sha256 IS NOT NULL AND (owner = ?2 OR EXISTS (
        SELECT 1 FROM file_reference AS reference JOIN member ON member.conversation = reference.conversation
        WHERE reference.file = ?1 AND member.account = ?2 AND member.standing = 'joined'
          AND reference.seq > member.hidden_up_to))`);
    this.#byId = database.prepare('SELECT * FROM file WHERE id = ?');
    this.#insert = database.prepare(
      'INSERT INTO file_reference (conversation, seq, file) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#clear = database.prepare('DELETE FROM file_reference WHERE conversation = ? AND seq = ?');
  }

  /**
   * A body that says of its files what the server knows of them, whatever its sender said. Refuses what `require` refuses, so
   * that nobody learns by it of files that they cannot read.
   */
  settle(body: MessageBody, sender: AccountId): MessageBody {
    const { attachments } = body;
    if (attachments === undefined) return body;
    return { ...body, attachments: attachments.map((attachment) => this.#settle(attachment, sender)) };
  }

  #settle(attachment: Attachment, sender: AccountId): Attachment {
    const { thumbnail: _thumbnail, ...told } = attachment;
    if (told.file === undefined) return told;
    const { width: _width, height: _height, ...rest } = told;
    const id = this.requireReadable(parseFileId(told.file) ?? 0, sender);
    const { mediaType, size, sha256, dimensions, thumbnail } = fileRecord(this.#byId.get(id) ?? {});
    return {
      ...rest,
      kind: kindOf(mediaType),
      mediaType,
      size,
      ...(sha256 === null ? {} : { sha256 }),
      ...dimensions,
      ...this.#thumbnail(thumbnail),
    };
  }

  #thumbnail(id: FileId | null): Pick<Attachment, 'thumbnail'> {
    const row = id === null ? undefined : this.#byId.get(id);
    if (row === undefined) return {};
    const { id: thumbnail, mediaType, size, dimensions, sha256 } = fileRecord(row);
    if (sha256 === null || dimensions === null) return {};
    return { thumbnail: { file: fileWireId(thumbnail), mediaType, size, ...dimensions } };
  }

  /** The files of a settled body, all of them whole, and such that the sender may read. @throws Refusal `not-found` */
  require(body: MessageBody, sender: AccountId): readonly FileId[] {
    return (body.attachments ?? []).flatMap(({ file, thumbnail }) => {
      if (file === undefined) return [];
      const small = thumbnail === undefined ? null : parseFileId(thumbnail.file);
      return [this.requireReadable(parseFileId(file) ?? 0, sender), ...(small === null ? [] : [small])];
    });
  }

  /** A file that is whole, and that the account may read. @throws Refusal `not-found` */
  requireReadable(id: FileId, account: AccountId): FileId {
    if (this.#known.get(id, account) === undefined)
      throw new Refusal('not-found', 'There is no such file, or not all of it yet.');
    return id;
  }

  /** Sets what a message points to. */
  set(conversation: ConversationId, seq: number, files: readonly FileId[], replace: boolean): void {
    if (replace) this.#clear.run(conversation, seq);
    for (const file of files) this.#insert.run(conversation, seq, file);
  }
}

function kindOf(mediaType: string): Attachment['kind'] {
  const family = mediaType.slice(0, mediaType.indexOf('/'));
  // Text that can hold a program is no picture.
  if (family === 'image' && mediaType !== 'image/svg+xml') return 'image';
  return family === 'audio' || family === 'video' ? family : 'file';
}
