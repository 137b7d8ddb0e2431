import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errorData, NatterError } from '@natter/core/model';
import { makePrivateFile } from './permissions.ts';

/** Held while a process may write a profile. */
export interface ProfileLock {
  release(): void;
}

/**
 * Takes the right to write a profile. The lock is the operating system's, through an empty SQLite file beside the database,
 * so it ends with the process however that ends; the pid file only tells whom to ask.
 */
export function lockProfile(file: string): ProfileLock {
  const lockFile = `${file}.lock`;
  const pidFile = `${file}.pid`;
  makePrivateFile(lockFile);
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    // The transaction writes nothing and so needs no journal file.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) throw inUse(file, pidFile);
    throw error;
  }
  try {
    makePrivateFile(pidFile);
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    release() {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

function inUse(file: string, pidFile: string): NatterError {
  const holder = holderOf(pidFile);
  return new NatterError(
    errorData(
      'storage',
      `${file} is in use by ${holder === null ? 'another process' : `process ${holder}`}: one process at a time can write it`,
      {
        retriable: true,
        condition: { pid: holder },
      },
    ),
  );
}

/** `null` when the holder has not written it yet. */
function holderOf(pidFile: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return Number.isNaN(pid) ? null : pid;
  } catch {
    return null;
  }
}
