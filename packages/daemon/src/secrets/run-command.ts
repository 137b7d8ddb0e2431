import { execFile } from 'node:child_process';
import { secretError } from './profile-secrets.ts';

/**
 * Runs a command of the user that prints a secret, and gives its first line. `purpose` is for messages; neither output nor
 * command line is repeated in them, since either may hold the secret.
 */
export async function runSecretCommand(
  command: string,
  purpose: string,
  signal?: AbortSignal,
): Promise<string> {
  const { failed, output } = await new Promise<{ failed: string | null; output: string }>((resolve) => {
    execFile(
      '/bin/sh',
      ['-c', command],
      { timeout: 60_000, maxBuffer: 1 << 20, signal, encoding: 'utf8' },
      (error, output) => resolve({ failed: error === null ? null : describe(error), output }),
    );
  });
  if (failed !== null) throw secretError(`the command for ${purpose} ${failed}`);
  const line = output.split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw secretError(`the command for ${purpose} printed nothing`);
  return line;
}

function describe(error: Error & { code?: unknown; killed?: boolean }): string {
  if (error.name === 'AbortError') return 'was interrupted';
  if (error.killed === true) return 'took longer than a minute';
  return typeof error.code === 'number' ? `ended with status ${error.code}` : 'could not be run';
}
