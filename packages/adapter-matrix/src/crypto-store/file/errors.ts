import { errorData, NatterError, type ErrorData } from '@natter/core/model';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html); the extended ones carry them in the low byte. */
const resultCode = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

const newDevice =
  'sign in again, which makes a new device, and verify it or enter your recovery key to read older encrypted messages; the history that natter has stored stays readable';

/** Turns what SQLite or the file system threw into an error that names the file and what to do. */
export function storageFailure(file: string, caught: unknown): NatterError {
  if (NatterError.isInstance(caught)) return caught;
  return new NatterError(describe(file, caught));
}

function describe(file: string, caught: unknown): ErrorData {
  const said = caught instanceof Error ? caught.message.replace(/\s+/g, ' ') : String(caught);
  const code = sqliteCode(caught);
  const condition = code === null ? { said } : { sqlite: code };
  switch (code === null ? 0 : code & 0xff) {
    case resultCode.busy:
      return errorData(
        'storage',
        `the encryption keys in ${file} are in use by another process: one process at a time can use them, end the other one`,
        { scope: 'account', retriable: true, userAction: 'retry', condition },
      );
    case resultCode.full:
      return errorData(
        'storage',
        `no space left to write the encryption keys in ${file}: free some space; nothing was half stored`,
        { scope: 'account', retriable: true, userAction: 'retry', condition },
      );
    case resultCode.corrupt:
    case resultCode.notADatabase:
      return damagedKeys(file, said);
  }
  return errorData(
    'storage',
    `the encryption keys in ${file} cannot be used (${said}): check its permissions and the disk`,
    { scope: 'account', retriable: true, userAction: 'repair-profile', condition },
  );
}

/** A file that is not what we wrote. Nothing is repaired by itself: what is lost that way cannot be had back. */
export function damagedKeys(file: string, found: string): ErrorData {
  const detail = found.replace(/\s+/g, ' ');
  return errorData(
    'storage',
    `the encryption keys in ${file} are damaged (${detail}). Nothing was changed. Restore the file from a backup, or move it away and ${newDevice}`,
    { scope: 'account', userAction: 'repair-profile', condition: { damaged: detail } },
  );
}

function sqliteCode(caught: unknown): number | null {
  if (!(caught instanceof Error) || !('errcode' in caught) || typeof caught.errcode !== 'number') return null;
  return caught.errcode;
}
