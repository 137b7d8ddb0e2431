import { chmodSync, constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { databaseFile, openForReading } from '../embedded/database.ts';
import { StartError } from '../start-error.ts';
import { checkDatabase } from './check.ts';
import type { LongWork } from './progress.ts';
import { bytesOf, isMissing, storedFiles } from './stored-files.ts';

/** What a backup holds. */
export interface BackupSummary {
  readonly files: number;
}

/**
 * Copies the data of a server into a new folder, as they are at one moment, also while the server runs and is written to.
 * The folder appears under its name when it is complete and was checked, and never before.
 * @throws StartError with one line that says what is wrong.
 */
export async function backupData(
  directory: string,
  target: string,
  work: LongWork = {},
): Promise<BackupSummary> {
  await requireRoom(target);
  const partial = `${resolve(target)}.partial-${process.pid}`;
  const source = openForReading(directory);
  try {
    await mkdir(join(partial, 'files'), { recursive: true, mode: 0o700 });
    work.onProgress?.({ step: 'database', done: 0, total: 1 });
    const copy = join(partial, databaseFile);
    // One reading transaction: a moment of the database, without what is deleted in it, and nobody waits for it.
    source.prepare('VACUUM INTO ?').run(copy);
    chmodSync(copy, 0o600);
    const files = await copyFiles(directory, partial, source, work);
    await makeDurable(copy);
    await makeDurable(partial);
    // An empty folder of that name makes room; one that was filled meanwhile does not.
    await rmdir(target).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await rename(partial, resolve(target));
    await makeDurable(dirname(resolve(target)));
    return { files };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error instanceof StartError || work.signal?.aborted === true ? error : cannot(target, error);
  } finally {
    source.close();
  }
}

async function copyFiles(
  directory: string,
  partial: string,
  source: DatabaseSync,
  { onProgress, signal }: LongWork,
): Promise<number> {
  const copy = new DatabaseSync(join(partial, databaseFile), { readOnly: true });
  const still = source.prepare('SELECT 1 FROM file WHERE id = ?');
  try {
    const [problem] = checkDatabase(copy);
    if (problem !== undefined)
      throw new StartError('data', `the copy of the database is damaged: ${problem}`);
    const files = storedFiles(copy).filter(({ size }) => size > 0);
    for (const [done, file] of files.entries()) {
      signal?.throwIfAborted();
      onProgress?.({ step: 'files', done, total: files.length });
      try {
        const to = bytesOf(partial, file);
        await copyFile(bytesOf(directory, file), to, constants.COPYFILE_FICLONE);
        await makeDurable(to);
      } catch (error) {
        // An upload that has not begun, or a file that was thrown away since the moment of the copy.
        const lost = file.sha256 !== null && still.get(file.id) !== undefined;
        if (!isMissing(error) || lost) throw error;
      }
    }
    return files.length;
  } finally {
    copy.close();
  }
}

/** @throws StartError when something is there already. */
async function requireRoom(target: string): Promise<void> {
  try {
    if ((await readdir(target)).length === 0) return;
  } catch (error) {
    if (isMissing(error)) return;
    throw cannot(target, error);
  }
  throw new StartError('data', `${target} is not empty; name a folder that is not there yet`);
}

/** Waits until a file or folder is on the disk. */
export async function makeDurable(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function cannot(target: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError('data', `cannot write the backup to ${target}: ${reason}`, { cause: error });
}
