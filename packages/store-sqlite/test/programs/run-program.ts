import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A program of this folder in a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** All that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves with the next line, or with `null` at its end. */
  nextLine(): Promise<string | null>;
  /** Ends it at once, as a power cut would end it for other processes. */
  kill(): Promise<void>;
  ended(): Promise<void>;
}

/** Starts a program of this folder, which does not outlive the test, through a shell line when the test limits what it may use. */
export function runProgram(name: string, parameters: readonly string[], limits = ''): Program {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn('sh', ['-c', `${limits} exec "$0" "$@"`, process.execPath, program, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting: ((line: string | null) => void)[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    for (const wake of waiting.splice(0)) wake(line);
  });
  reader.on('close', () => {
    for (const wake of waiting.splice(0)) wake(null);
  });
  const exit = once(child, 'close');
  const ended = async (): Promise<void> => {
    await exit;
  };
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    process: child,
    lines,
    nextLine: () => new Promise((resolve) => waiting.push(resolve)),
    async kill() {
      child.kill('SIGKILL');
      await ended();
    },
    ended,
  };
}
