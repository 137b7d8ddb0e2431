import { open, rename, rm } from 'node:fs/promises';
import { NatterError, errorData } from '@natter/core/error';
import type { JsonItem, Output } from '../../output/output.ts';
import { jsonLine } from '../../output/sanitise.ts';

/** Where the lines of a backup go. */
export interface Sink {
  write(line: JsonItem): Promise<void>;
  /** Everything is there: what was under the name before is replaced. */
  close(): Promise<void>;
  /** It came to nothing: what was under the name before stays. */
  discard(): Promise<void>;
}

/** Standard output, or a file of mode 0600 that appears under its name when it is whole. */
export async function openSink(path: string | undefined, output: Output): Promise<Sink> {
  if (path === undefined || path === '-') {
    return {
      // Pipes and files are written at once on Unix: nothing piles up.
      write: async (line) => output.line(line),
      close: async () => {},
      discard: async () => {},
    };
  }
  const partial = `${path}.${process.pid}.partial`;
  const file = await attempt(path, () => open(partial, 'wx', 0o600));
  return {
    write: (line) => attempt(path, () => file.writeFile(`${jsonLine({ v: 1, ...line })}\n`)),
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

async function attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new NatterError(errorData('storage', `'${path}' cannot be written (${reason})`));
  }
}
