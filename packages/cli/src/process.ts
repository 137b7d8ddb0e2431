import { tableFor } from './command-line/table/index.ts';
import { runCommand } from './run-command.ts';
import { Interruption } from './interruption.ts';

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(): Promise<void> {
  const interruption = new Interruption();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interruption.interrupt(signal));
  // Whoever reads our output has had enough: `natter history bob | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const argv = process.argv.slice(2);
  const code = await runCommand(argv, await tableFor(argv), {
    environment: process.env,
    // Node makes each of these when it is first looked at, and most commands never look at all of them.
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: () => process.stderr,
    interruption,
  });
  process.exitCode = code;
  // What is written to a pipe or terminal is out at once on Unix, and to a file as well.
  if (process.stdout.writableLength === 0) process.exit(code);
}
