import { dirname } from 'node:path';
import { ensurePrivateFile, ensurePrivateFolder } from './private-files.ts';
import type { ProfilePaths } from './paths.ts';

/** Held by the one process that owns a profile: its store, its connections, its outbox. */
export interface ProfileLock {
  /** Idempotent. The operating system does it too when the process dies, however it dies. */
  release(): void;
}

/**
 * Takes a profile for this process, or answers `null` when another one has it. The lock is SQLite's own on an empty
 * database, because Node has no file locks: it vanishes with its process, so it can never be stale, and of two processes
 * that try at once exactly one gets it.
 */
export async function lockProfile(paths: Pick<ProfilePaths, 'lockFile'>): Promise<ProfileLock | null> {
  ensurePrivateFolder(dirname(paths.lockFile));
  ensurePrivateFile(paths.lockFile);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(paths.lockFile, { timeout: 0 });
  try {
    // Without a journal on the disk, which may be full.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  let held = true;
  return {
    release(): void {
      if (!held) return;
      held = false;
      database.close();
    },
  };
}

/** Result code SQLITE_BUSY. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
