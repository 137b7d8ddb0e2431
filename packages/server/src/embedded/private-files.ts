import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes a folder that only its owner can enter, whatever the umask; closes one that was open to others. */
export function makePrivateDirectory(directory: string): void {
  makeDirectory(resolve(directory));
  const found = statSync(directory);
  if (!found.isDirectory()) throw new Error(`${directory} is not a folder`);
  if ((found.mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

/** The recursive form of `mkdirSync` never ends where the parent is there and nothing can be made in it, as in /proc. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}

/**
 * Whether a folder is open to others and holds things of others: closing it would shut them out, so it is no place
 * for a server. `ours` are the names that may be there.
 */
export function isSharedWithOthers(directory: string, ours: ReadonlySet<string>): boolean {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory() || (found.mode & 0o077) === 0) return false;
  return readdirSync(directory).some((name) => !ours.has(name));
}

/**
 * Makes an empty file that only its owner can read, or takes the rights of others on one that exists. SQLite gives
 * the files beside a database the mode of the database.
 *
 * A file that exists is not opened: whoever closes a file lets go of all locks that the process holds on it
 * (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
export function makePrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  else if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}
