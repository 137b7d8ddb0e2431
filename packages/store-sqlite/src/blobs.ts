import { constants } from 'node:fs';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BlobId, BlobStore } from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';
import { storageError } from './errors.ts';
import { makePrivateFolder } from './file/permissions.ts';

/** Where blobs are kept. */
export interface FileBlobsOptions {
  /** Made when it is not there, for the user alone. It holds nothing but blobs. */
  readonly directory: string;
}

const chunkSize = 65_536;

/** Keeps file bytes in a folder, a file a blob, named by its id and by nothing that came from a network. */
export function openFileBlobs(options: FileBlobsOptions): Promise<BlobStore> {
  const directory = resolve(options.directory);
  return guarded(directory, async () => {
    makePrivateFolder(directory);
    return new FileBlobs(directory);
  });
}

class FileBlobs implements BlobStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async size(blob: BlobId): Promise<number | null> {
    const file = this.#file(blob);
    return guarded(file, async () => {
      try {
        return (await stat(file)).size;
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  async read(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>> {
    const file = this.#file(blob);
    const handle = await guarded(file, () => openExisting(file, blob));
    return readable(handle, file, offset);
  }

  async write(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>> {
    const file = this.#file(blob);
    return guarded(file, async () => {
      const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
      try {
        await handle.chmod(0o600);
        const { size } = await handle.stat();
        if (offset > size) throw invalid(`file ${blob} has ${size} bytes, writing cannot begin at ${offset}`);
        await handle.truncate(offset);
      } catch (error) {
        await handle.close();
        throw error;
      }
      return writable(handle, file, this.#directory, offset);
    });
  }

  async remove(blob: BlobId): Promise<void> {
    const file = this.#file(blob);
    await guarded(file, () => rm(file, { force: true }));
  }

  /** Ids are ours, but they arrive over a link: only what cannot leave the folder is a name. */
  #file(blob: BlobId): string {
    if (!/^[0-9A-Za-z_-]{1,128}$/.test(blob)) throw invalid('a blob id is made of letters, digits, - and _');
    return join(this.#directory, blob);
  }
}

async function openExisting(file: string, blob: BlobId): Promise<FileHandle> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error))
      throw new NatterError(
        errorData('not-found', `there is no file with the id ${blob}`, { scope: 'transfer' }),
      );
    throw error;
  }
}

function readable(handle: FileHandle, file: string, offset: number): ReadableStream<Uint8Array> {
  let position = offset;
  return new ReadableStream<Uint8Array>({
    pull: (controller) =>
      guarded(file, async () => {
        const { bytesRead, buffer } = await handle.read(new Uint8Array(chunkSize), 0, chunkSize, position);
        position += bytesRead;
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        await handle.close();
        controller.close();
      }),
    cancel: () => handle.close(),
  });
}

/** What was written before an abort or a failure stays, so that a transfer can go on from there. */
function writable(
  handle: FileHandle,
  file: string,
  directory: string,
  offset: number,
): WritableStream<Uint8Array> {
  let position = offset;
  return new WritableStream<Uint8Array>({
    write: (chunk) =>
      guarded(file, async () => {
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position);
          done += bytesWritten;
          position += bytesWritten;
        }
      }).catch(async (error: unknown) => {
        await handle.close();
        throw error;
      }),
    close: () =>
      guarded(file, async () => {
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
        // The name of a new file is durable when its folder is.
        await using folder = await open(directory, constants.O_RDONLY);
        await folder.sync();
      }),
    abort: () => handle.close(),
  });
}

async function guarded<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw new NatterError(storageError(file, error));
  }
}

function invalid(message: string): NatterError {
  return new NatterError(errorData('invalid', message, { scope: 'transfer' }));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
