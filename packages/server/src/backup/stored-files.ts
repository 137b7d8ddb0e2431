import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { integer, textOrNull } from '../embedded/columns.ts';

/** A file as the database has it. */
export interface StoredFile {
  readonly id: number;
  readonly size: number;
  /** `null` while bytes are missing. */
  readonly sha256: string | null;
}

/** The files that a database names. */
export function storedFiles(database: DatabaseSync): readonly StoredFile[] {
  return database
    .prepare('SELECT id, size, sha256 FROM file ORDER BY id')
    .all()
    .map((row) => ({
      id: integer(row, 'id'),
      size: integer(row, 'size'),
      sha256: textOrNull(row, 'sha256'),
    }));
}

/** Where the bytes of a file lie; one without bytes lies nowhere. */
export function bytesOf(directory: string, { id }: Pick<StoredFile, 'id'>): string {
  return join(directory, 'files', String(id));
}

/** SHA-256 in lower-case hexadecimal. */
export async function digestOf(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
