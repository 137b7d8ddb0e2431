import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';

/** Makes a folder and those above it, for the user alone whatever the umask says. Folders that were there stay as they are. */
export function makePrivateFolder(folder: string): void {
  const path = resolve(folder);
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  let made = resolve(first);
  chmodSync(made, 0o700);
  for (const name of relative(made, path).split(sep).filter(Boolean)) {
    made = resolve(made, name);
    chmodSync(made, 0o700);
  }
}

/**
 * Makes sure that a file is there and is the user's alone. SQLite gives its -wal and -shm files the mode of the database.
 * A file that is there is never opened here: closing it would drop the locks that SQLite holds on it in this process.
 */
export function makePrivateFile(file: string): void {
  makePrivateFolder(dirname(file));
  try {
    closeSync(openSync(file, 'wx', 0o600));
    chmodSync(file, 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}
