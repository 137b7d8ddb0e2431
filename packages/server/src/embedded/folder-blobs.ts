import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '../ports/files.ts';
import type { FileId } from '../ports/identifiers.ts';
import { makePrivateDirectory } from './private-files.ts';

/** Only by this name: a link that somebody has put there is not followed. */
const openFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/** Bytes of files in a folder, one file each, named by number: nothing that a person typed is part of a path. */
export class FolderBlobs implements Blobs {
  readonly #folder: string;

  constructor(directory: string) {
    this.#folder = join(directory, 'files');
    makePrivateDirectory(this.#folder);
  }

  async size(id: FileId): Promise<number> {
    try {
      return (await stat(this.#path(id))).size;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  async append(id: FileId, offset: number, source: AsyncIterable<Uint8Array>, most: number): Promise<number> {
    const file = await open(this.#path(id), openFlags, 0o600);
    try {
      const { size } = await file.stat();
      if (size !== offset) throw new RangeError(`the file ends at ${size}, and not at ${offset}`);
      let end = offset;
      try {
        for await (const chunk of source) {
          if (end + chunk.length > offset + most) throw new RangeError('the file is longer than announced');
          await file.write(chunk, 0, chunk.length, end);
          end += chunk.length;
        }
      } finally {
        await file.datasync();
      }
      return end;
    } finally {
      await file.close();
    }
  }

  read(id: FileId, start: number, end: number): AsyncIterable<Uint8Array> {
    return start >= end ? nothing() : createReadStream(this.#path(id), { start, end: end - 1 });
  }

  async digest(id: FileId): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of this.read(id, 0, await this.size(id))) hash.update(chunk);
    return hash.digest('hex');
  }

  async remove(id: FileId): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async list(): Promise<readonly FileId[]> {
    const names = await readdir(this.#folder);
    return names.filter((name) => /^[1-9]\d*$/u.test(name)).map(Number);
  }

  #path(id: FileId): string {
    return join(this.#folder, String(id));
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
