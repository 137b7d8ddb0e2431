import type { DatabaseSync } from 'node:sqlite';
import { openForReading } from '../embedded/database.ts';
import type { LongWork } from './progress.ts';
import { bytesOf, digestOf, isMissing, storedFiles } from './stored-files.ts';
import type { StoredFile } from './stored-files.ts';

/**
 * Looks whether the data of a server are whole: the database by SQLite's own check, and every byte of every file by its
 * hash. Changes nothing, and can be done while a server runs on them. Resolves with what is wrong, one line each.
 * @throws StartError when there are no data of a server.
 */
export async function checkData(directory: string, work: LongWork = {}): Promise<readonly string[]> {
  const database = openForReading(directory);
  try {
    work.onProgress?.({ step: 'database', done: 0, total: 1 });
    const problems = [...checkDatabase(database)];
    if (problems.length > 0) return problems;
    const files = storedFiles(database);
    for (const [done, file] of files.entries()) {
      work.signal?.throwIfAborted();
      work.onProgress?.({ step: 'files', done, total: files.length });
      const problem = await checkFile(directory, file, work.signal);
      if (problem !== null) problems.push(problem);
    }
    return problems;
  } finally {
    database.close();
  }
}

/** What SQLite finds wrong with a database. */
export function checkDatabase(database: DatabaseSync): readonly string[] {
  try {
    const rows = database.prepare('PRAGMA integrity_check(20)').all();
    return rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function checkFile(directory: string, file: StoredFile, signal?: AbortSignal): Promise<string | null> {
  if (file.sha256 === null || file.size === 0) return null;
  try {
    const found = await digestOf(bytesOf(directory, file), signal);
    return found === file.sha256 ? null : `file ${file.id} has other bytes than were uploaded`;
  } catch (error) {
    if (isMissing(error)) return `the bytes of file ${file.id} are missing`;
    throw error;
  }
}
