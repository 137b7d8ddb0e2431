import type { AccountId, FileId } from './identifiers.ts';

/** What is known of a file beside its bytes. */
export interface FileRecord {
  readonly id: FileId;
  readonly owner: AccountId;
  readonly name: string;
  /** As its owner has announced it; once all bytes are there, as they are. */
  readonly mediaType: string;
  readonly size: number;
  /** Of an image whose bytes are there: pixels, as it is to be shown. */
  readonly dimensions: { readonly width: number; readonly height: number } | null;
  /** Of all bytes, once they are there; lower-case hexadecimal. */
  readonly sha256: string | null;
  /** A small picture of it, which may be gone. */
  readonly thumbnail: FileId | null;
}

/** What the bytes of a whole file say. */
export interface FileFacts {
  readonly sha256: string;
  readonly mediaType: string;
  readonly dimensions: FileRecord['dimensions'];
  readonly thumbnail: FileRecord['thumbnail'];
}

/** A file that is announced. */
export interface NewFile {
  readonly owner: AccountId;
  /** Unique among the owner's files. */
  readonly clientId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
}

/**
 * What files there are, whose they are, and which messages point to them (which the message log notes, in the commit of the
 * message).
 */
export interface Files {
  /**
   * Notes a file, or finds the one of the same client id.
   * @throws Refusal `full` past the account's quota, `conflict` when the client id stands for a file of another size.
   */
  create(file: NewFile): Promise<FileRecord>;
  get(id: FileId): Promise<FileRecord | null>;
  /** All bytes are there and are durable, and this is what they are. */
  complete(id: FileId, facts: FileFacts): Promise<void>;
  /** Whether the file is the account's own, or a message points to it that the account may see. */
  mayRead(id: FileId, account: AccountId): Promise<boolean>;
  /** Forgets files that no message points to and that were announced before a time; returns which. */
  removeOrphans(before: number): Promise<readonly FileId[]>;
}

/** The bytes of files. A file only grows until it is complete, and never changes after. */
export interface Blobs {
  /** Bytes that are there; 0 when there are none. */
  size(id: FileId): Promise<number>;
  /**
   * Writes at the end, which must be at `offset`, and resolves with the new end when that is durable. When the source breaks
   * off, what came before stays. At most `most` bytes are taken; more is a RangeError, and nothing past them is kept.
   */
  append(id: FileId, offset: number, source: AsyncIterable<Uint8Array>, most: number): Promise<number>;
  /** Bytes from `start` up to and without `end`. */
  read(id: FileId, start: number, end: number): AsyncIterable<Uint8Array>;
  /** SHA-256 in lower-case hexadecimal. */
  digest(id: FileId): Promise<string>;
  remove(id: FileId): Promise<void>;
  list(): Promise<readonly FileId[]>;
}
