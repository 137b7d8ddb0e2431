import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { databaseFile, makeDataDirectory } from '../embedded/database.ts';
import { FileLeases } from '../embedded/leases.ts';
import { makePrivateFile } from '../embedded/private-files.ts';
import { StartError } from '../start-error.ts';
import { makeDurable } from './backup.ts';
import type { BackupSummary } from './backup.ts';
import { checkData } from './check.ts';
import { leaveRoomForWhatWasLost } from './lost-future.ts';
import type { LongWork } from './progress.ts';
import { bytesOf, isMissing, storedFiles } from './stored-files.ts';

/**
 * Makes the data of a server out of a backup, which is checked first and stays as it is. What is there already is not
 * written over. @throws StartError with one line that says what is wrong.
 */
export async function restoreData(
  backup: string,
  directory: string,
  work: LongWork = {},
): Promise<BackupSummary> {
  const path = join(directory, databaseFile);
  if (existsSync(path))
    throw new StartError('data', `${path} is there already; move it away or choose another data directory`);
  const [problem] = await checkData(backup, work);
  if (problem !== undefined) throw new StartError('data', `the backup ${backup} is damaged: ${problem}`);
  makeDataDirectory(directory);
  const lease = new FileLeases(directory).acquire();
  const partial = `${path}.partial`;
  try {
    await rm(partial, { force: true });
    await mkdir(join(directory, 'files'), { recursive: true, mode: 0o700 });
    await copyFile(join(backup, databaseFile), partial);
    makePrivateFile(partial);
    const files = await takeOver(backup, directory, partial, work);
    await makeDurable(partial);
    await makeDurable(join(directory, 'files'));
    await rename(partial, path);
    await makeDurable(directory);
    return { files };
  } finally {
    await rm(partial, { force: true });
    lease.release();
  }
}

async function takeOver(
  backup: string,
  directory: string,
  partial: string,
  { onProgress, signal }: LongWork,
): Promise<number> {
  const database = new DatabaseSync(partial, { enableForeignKeyConstraints: false });
  try {
    leaveRoomForWhatWasLost(database, Date.now());
    const files = storedFiles(database).filter(({ size }) => size > 0);
    for (const [done, file] of files.entries()) {
      signal?.throwIfAborted();
      onProgress?.({ step: 'files', done, total: files.length });
      try {
        await copyFile(bytesOf(backup, file), bytesOf(directory, file), constants.COPYFILE_FICLONE);
        makePrivateFile(bytesOf(directory, file));
        await makeDurable(bytesOf(directory, file));
      } catch (error) {
        if (!isMissing(error) || file.sha256 !== null) throw error;
      }
    }
    return files.length;
  } finally {
    database.close();
  }
}
