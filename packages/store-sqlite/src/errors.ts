import type { ErrorData, ErrorParts } from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html); the extended ones carry them in the low byte. */
const resultCode = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

/** SQLITE_IOERR_SHMSIZE: the file that readers share beside the log has no room to be made. */
const noRoomToShare = 4874;

/** What SQLite said, when the caught value is an error of node:sqlite. */
function sqliteCode(caught: unknown): number | null {
  if (!(caught instanceof Error) || !('errcode' in caught) || typeof caught.errcode !== 'number') return null;
  return caught.errcode;
}

/** Turns what SQLite or the file system threw into the data of a NatterError that names the file and what to do. */
export function storageError(file: string, caught: unknown): ErrorData {
  if (NatterError.isInstance(caught)) return caught.data;
  const said = caught instanceof Error ? caught.message.replace(/\s+/g, ' ') : String(caught);
  const code = sqliteCode(caught);
  const condition = code === null ? {} : { condition: { sqlite: code } };
  switch (code === null ? 0 : code & 0xff) {
    case resultCode.corrupt:
    case resultCode.notADatabase:
      return damaged(file, said);
    case resultCode.full:
      return noSpace(file, condition);
    case resultCode.ioError:
      if (code === noRoomToShare) return noSpace(file, condition);
      return errorData(
        'storage',
        `the disk failed for ${file} (${said}): check the disk and its free space; nothing was half stored`,
        condition,
      );
    case resultCode.busy:
      return errorData('storage', `another process holds ${file}: end it and try again`, {
        retriable: true,
        ...condition,
      });
    case resultCode.readOnly:
    case resultCode.cantOpen:
      return errorData(
        'storage',
        `${file} cannot be opened for this (${said}): check that you may read and write it and its folder`,
        condition,
      );
    case resultCode.constraint:
      return errorData('internal', `two rows claim one name, nothing was stored (${said})`, {
        userAction: 'report',
        ...condition,
      });
  }
  if (caught instanceof SyntaxError) return damaged(file, said);
  if (caught instanceof Error && 'code' in caught && (caught.code === 'ENOSPC' || caught.code === 'EDQUOT'))
    return noSpace(file, { condition: { errno: caught.code } });
  if (caught instanceof Error && 'code' in caught && typeof caught.code === 'string' && 'syscall' in caught)
    return errorData('storage', `${file} cannot be used (${said}): check its permissions and the disk`, {
      condition: { errno: caught.code },
    });
  return errorData('storage', `${file}: ${said}`, { userAction: 'report', ...condition });
}

function noSpace(file: string, condition: ErrorParts): ErrorData {
  const text = `no space left to write ${file}: free some space; nothing was half stored`;
  return errorData('storage', text, { retriable: true, ...condition });
}

/** A file that is not what we wrote. Nothing is repaired by itself: what is lost that way cannot be had back. */
export function damaged(file: string, detail: string): ErrorData {
  return errorData(
    'storage',
    `the database ${file} is damaged (${detail}). Nothing was changed. Keep a copy of it with its -wal file, then restore a backup or salvage it with: sqlite3 ${file} .recover`,
    { userAction: 'repair-profile', condition: { damaged: detail } },
  );
}
