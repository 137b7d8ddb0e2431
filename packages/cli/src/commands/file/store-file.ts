import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link as hardLink, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { Attachment } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import { numbered, safeFileName } from './file-name.ts';
import { isDevice } from './special-files.ts';

/** Where a file is wanted. */
export interface Wanted {
  /** What `--output` says: a folder, a file, `-` for standard output, or nothing for the current folder. */
  readonly target: string | undefined;
  /** It is the only one of its message. */
  readonly alone: boolean;
}

/** Where a file was stored. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Writes a file: to the path that the user named, which it replaces, or under its own name made harmless in a folder, where
 * it replaces nothing. It stands there only when it is whole and is what its sender said. `null` for standard output.
 * A device or pipe is written into.
 */
export async function storeFile(
  bytes: ReadableStream<Uint8Array>,
  attachment: Pick<Attachment, 'name' | 'hash'>,
  { target = '.', alone }: Wanted,
): Promise<StoredFile | null> {
  if (target === '-') return toStandardOutput(bytes);
  if (await isDevice(target)) {
    const written = await write(bytes, await open(target, constants.O_WRONLY));
    checkHash(attachment, written.sha256);
    return { path: resolve(target), ...written };
  }
  const folder = !alone || (await isFolder(target)) ? resolve(target) : null;
  const near = folder ?? dirname(resolve(target));
  const partial = join(near, `.natter-${process.pid}-${Date.now()}.part`);
  try {
    const { size, sha256 } = await write(bytes, await makeFile(partial, near));
    checkHash(attachment, sha256);
    const path =
      folder === null
        ? await replace(partial, resolve(target))
        : await settle(partial, folder, safeFileName(attachment.name));
    return { path, size, sha256 };
  } finally {
    await rm(partial, { force: true });
  }
}

function checkHash({ name, hash }: Pick<Attachment, 'name' | 'hash'>, sha256: string): void {
  if (hash?.startsWith('sha-256:') !== true || hash === `sha-256:${sha256}`) return;
  const text = `${name} is not what its sender sent; nothing was stored`;
  throw new NatterError(errorData('protocol', text, { scope: 'transfer' }));
}

async function makeFile(path: string, folder: string): Promise<FileHandle> {
  // Somebody else's link of this name is not followed.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  return open(path, flags, 0o600).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const text = `nothing can be stored in ${folder} (${code}); choose another place with --output`;
    throw new NatterError(errorData('storage', text));
  });
}

async function write(
  bytes: ReadableStream<Uint8Array>,
  file: FileHandle,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      await file.writeFile(chunk);
      size += chunk.length;
    }
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
}

async function replace(partial: string, path: string): Promise<string> {
  await rename(partial, path);
  return path;
}

/** Puts it under the first name that is free. A hard link fails where something is, so nothing is ever replaced. */
async function settle(partial: string, folder: string, name: string): Promise<string> {
  for (let count = 0; ; count += 1) {
    const path = join(folder, numbered(name, count));
    try {
      await hardLink(partial, path);
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

async function toStandardOutput(bytes: ReadableStream<Uint8Array>): Promise<null> {
  for await (const chunk of bytes)
    await new Promise<void>((done, fail) =>
      process.stdout.write(chunk, (error) => (error ? fail(error) : done())),
    );
  return null;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
