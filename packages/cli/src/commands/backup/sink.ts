import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { NatterError, errorData } from '@natter/core/error';
import type { JsonItem, Output } from '../../output/output.ts';
import { jsonLine } from '../../output/sanitise.ts';
import { isDevice, isStandardOutput } from '../file/special-files.ts';

/** Where the lines of a backup go. */
export interface Sink {
  write(line: JsonItem): Promise<void>;
  /** Everything is there: what was under the name before is replaced. */
  close(): Promise<void>;
  /** It came to nothing: what was under the name before stays. */
  discard(): Promise<void>;
}

/**
 * Standard output, a device or pipe that is written into, or a file of mode 0600 that appears under its name when it is
 * whole.
 */
export async function openSink(path: string | undefined, output: Output): Promise<Sink> {
  if (path === undefined || (await isStandardOutput(path))) {
    return {
      // Pipes and files are written at once on Unix: nothing piles up.
      write: async (line) => output.line(line),
      close: async () => {},
      discard: async () => {},
    };
  }
  if (await isDevice(path)) {
    const device = await attempt(path, () => open(path, constants.O_WRONLY));
    return { write: writing(path, device), close: () => device.close(), discard: () => device.close() };
  }
  const partial = `${path}.${process.pid}.partial`;
  const file = await attempt(path, () => open(partial, 'wx', 0o600));
  return {
    write: writing(path, file),
    close: () =>
      attempt(path, async () => {
        await file.sync();
        await file.close();
        await rename(partial, path);
      }),
    discard: async () => {
      await file.close().catch(() => {});
      await rm(partial, { force: true });
    },
  };
}

function writing(path: string, file: FileHandle): Sink['write'] {
  return (line) => attempt(path, () => file.writeFile(`${jsonLine({ v: 1, ...line })}\n`));
}

async function attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new NatterError(errorData('storage', `'${path}' cannot be written (${reason})`));
  }
}
