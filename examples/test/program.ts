import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** An example that runs as its reader would run it. */
export interface Program {
  /** Resolves when its output so far, standard error too, fits; rejects with that output when it does not in time. */
  prints(pattern: RegExp): Promise<void>;
  /** Asks it to end, as Ctrl-C does, and resolves with its exit status. */
  interrupt(): Promise<number | null>;
}

const PATIENCE = 20_000;

/** Starts `examples/<path>`. */
export function startProgram(path: string, environment: Record<string, string>): Program {
  const child = spawn('node', [join(import.meta.dirname, '..', path)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (text: string): void => void (output += text);
  child.stdout.setEncoding('utf8').on('data', add);
  child.stderr.setEncoding('utf8').on('data', add);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    prints: async (pattern) => {
      const deadline = Date.now() + PATIENCE;
      while (!pattern.test(output)) {
        if (Date.now() > deadline || child.exitCode !== null) {
          throw new Error(`${path} does not print ${String(pattern)}, but:\n${output}`);
        }
        await delay(25);
      }
    },
    interrupt: async () => {
      child.kill('SIGINT');
      const status = await Promise.race([ended, delay(PATIENCE, 'late' as const, { ref: false })]);
      if (status !== 'late') return status;
      child.kill('SIGKILL');
      throw new Error(`${path} does not end after SIGINT:\n${output}`);
    },
  };
}
