import { errorData } from '@natter/core/error';
import { tableFor } from './command-line/table/index.ts';
import { runCommand } from './run-command.ts';
import { Interruption } from './interruption.ts';
import { exitCodes } from './output/exit-code.ts';
import { Output } from './output/output.ts';

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(): Promise<void> {
  const interruption = new Interruption();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interruption.interrupt(signal));
  process.stdout.on('error', endWithoutOutput);
  const argv = process.argv.slice(2);
  const code = await runCommand(argv, await tableFor(argv), {
    environment: process.env,
    // Node makes each of these when it is first looked at, and most commands never look at all of them.
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: () => process.stderr,
    interruption,
  });
  // A disk that is full is an error of the stream before it is an event.
  if (process.stdout.errored) endWithoutOutput(process.stdout.errored);
  process.exitCode = code;
  // What is written to a pipe or terminal is out at once on Unix, and to a file as well.
  if (process.stdout.writableLength === 0) process.exit(code);
}

/** Ends a command whose output nobody takes. */
function endWithoutOutput(error: NodeJS.ErrnoException): never {
  // Whoever reads our output has had enough: `natter history bob | head`.
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  const json = process.argv.includes('--json');
  const output = new Output({ stdout: process.stdout, stderr: () => process.stderr }, { json });
  const reason = error.code === 'ENOSPC' ? 'no space is left where it goes' : error.message;
  output.error(errorData('storage', `the output cannot be written: ${reason}`, { scope: 'client' }));
  process.exit(exitCodes.failed);
}
