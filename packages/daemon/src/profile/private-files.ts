import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NatterError, errorData } from '@natter/core/error';
import { makeFolder } from './make-folder.ts';

const groupAndOthers = 0o077;

/**
 * Makes a folder that only its owner can enter, and its parents. A folder that is there already is tightened to 0700; one
 * of another user, or a link to somewhere else, is refused with a NatterError of code `storage`.
 */
export function ensurePrivateFolder(folder: string): void {
  makeProfileFolder(folder);
  const found = fs.lstatSync(folder);
  if (!found.isDirectory()) throw refused(`${folder} is not a folder`);
  if (process.getuid && found.uid !== process.getuid()) throw refused(`${folder} belongs to another user`);
  if ((found.mode & 0o777) !== 0o700) fs.chmodSync(folder, 0o700);
}

/** The error for the user when a folder of the profile cannot be made. */
function makeProfileFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw refused(`the folder ${folder} cannot be made (${code}): choose another one with NATTER_HOME`);
  }
}

/** Creates a file of mode 0600 when there is none, whatever the umask. Throws NatterError of code `storage`. */
export function ensurePrivateFile(file: string): void {
  writing(file, () => {
    const descriptor = fs.openSync(file, 'a', 0o600);
    try {
      fs.fchmodSync(descriptor, 0o600);
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

/**
 * Replaces a file as a whole: a reader, and a crash at any moment, sees either the old or the new content. Mode 0600;
 * durable when it returns. Throws NatterError of code `storage`.
 */
export function replacePrivateFile(file: string, content: string | Uint8Array): void {
  ensurePrivateFolder(dirname(file));
  writing(file, () => replace(file, content));
}

function replace(file: string, content: string | Uint8Array): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  try {
    write(temporary, content);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

function write(file: string, content: string | Uint8Array): void {
  const descriptor = fs.openSync(file, 'w', 0o600);
  try {
    fs.fchmodSync(descriptor, 0o600);
    fs.writeFileSync(descriptor, content);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Reads a file that holds secrets; `null` when there is none. One that others can read is refused with a NatterError of
 * code `secret`: what was in it must count as known to them.
 */
export function readSecretFile(file: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const mode = fs.fstatSync(descriptor).mode & 0o777;
    if ((mode & groupAndOthers) !== 0)
      throw new NatterError(
        errorData('secret', `${file} can be read by others (mode ${mode.toString(8)}): run chmod 600 on it`, {
          userAction: 'repair-profile',
        }),
      );
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Whether a caught error says that a file does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function syncFolder(folder: string): void {
  const descriptor = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
};

/** Says in words why a file of the profile cannot be written. */
function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    if (reason === undefined) throw error;
    throw refused(`${file} cannot be written: ${reason}`);
  }
}

function refused(text: string): NatterError {
  return new NatterError(errorData('storage', text, { userAction: 'repair-profile' }));
}
