import { commandTable } from './command-line/table/index.ts';
import { runCommand } from './run-command.ts';
import { Interruption } from './interruption.ts';

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(): Promise<void> {
  const interruption = new Interruption();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interruption.interrupt(signal));
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever reads our output has had enough: `natter history bob | head`.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const code = await runCommand(process.argv.slice(2), commandTable, {
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interruption,
  });
  process.exitCode = code;
  // Output to a pipe is written synchronously on Unix; a terminal that is slow gets its time.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit(code);
}
