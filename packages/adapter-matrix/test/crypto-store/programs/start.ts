import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A program of this folder in a process of its own. */
export interface Program {
  /** All that it has printed so far. */
  readonly lines: readonly string[];
  /** Resolves when it has printed so many lines, or has ended. */
  printed(count: number): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts a program of this folder, which does not outlive the test. `limits` is a line of shell that stands before it. */
export function startProgram(name: string, parameters: readonly string[], limits = ''): Program {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn('sh', ['-c', `${limits} exec "$0" "$@"`, process.execPath, program, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let wake = (): void => {};
  let over = false;
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.on('close', () => {
    over = true;
    wake();
  });
  const closed = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  return {
    lines,
    async printed(count) {
      while (lines.length < count && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    kill,
  };
}
