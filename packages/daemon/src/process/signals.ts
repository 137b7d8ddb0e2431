import type { RunningDaemon } from './run-daemon.ts';

/** Milliseconds for closing everything; what is durable is durable before that. */
const drainTime = 10_000;

/** SIGTERM and SIGINT end a daemon in order; a second one, or a drain that hangs, ends the process at once. */
export function stopOnSignals(daemon: RunningDaemon): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      daemon.stop(signal);
      setTimeout(() => process.exit(1), drainTime).unref();
      process.once(signal, () => process.exit(1));
    });
  }
  // The terminal of the command that started us is not ours.
  process.on('SIGHUP', () => {});
}

/** A defect that ends the process is told to the log first; there is no terminal to tell it to. */
export function logCrashes(daemon: RunningDaemon): void {
  process.on('uncaughtExceptionMonitor', (error) => {
    daemon.log('error', 'daemon.crashed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  });
}
