import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { profilePaths } from '@natter/daemon/paths';
import type { ProfilePaths } from '@natter/daemon/paths';
import { onTestFinished, vi } from 'vitest';

const program = fileURLToPath(new URL('../../bin/natter.js', import.meta.url));

// Each step of these tests is a process of its own, and a busy machine takes its time for them.
vi.setConfig({ testTimeout: 90_000 });

/** A line of `--json` output. */
export type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, when they are JSON. */
  readonly lines: readonly Line[];
}

/** What a command is given beside its arguments. */
export interface RunOptions {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A descriptor that is its standard output. */
  readonly stdout?: number;
}

/** A profile of its own, used through the real command in processes of its own. */
export class Home {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>> = { NATTER_SECRETS: 'plain' }) {
    this.folder = mkdtempSync(join(tmpdir(), 'natter-'));
    this.environment = environment;
    onTestFinished(async () => {
      await this.run(['daemon', '--stop']);
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Starts a command. It is killed after the test if it still runs. */
  start(argv: readonly string[], { stdin, environment, stdout }: RunOptions = {}): ChildProcess {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [program, ...argv], {
      env: { PATH, NATTER_HOME: join(this.folder, 'home'), ...this.environment, ...environment },
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin ?? '');
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  /** Runs a command to its end. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return ended(this.start(argv, options));
  }

  /** Runs a command with `--json` that must succeed; its lines. */
  async lines(...argv: readonly string[]): Promise<readonly Line[]> {
    const { code, stderr, lines } = await this.run([...argv, '--json']);
    if (code !== 0) throw new Error(`natter ${argv.join(' ')} ended with ${String(code)}: ${stderr}`);
    return lines;
  }
}

/** Where the parts of a home's profile are. */
export function pathsOf(home: Home): ProfilePaths {
  return profilePaths({ NATTER_HOME: join(home.folder, 'home') });
}

/** Waits for the end of a started command. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, lines: parseLines(stdout) };
}

function parseLines(text: string): readonly Line[] {
  if (!text.startsWith('{')) return [];
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** The next JSON line that fits; the child must print one, or the test times out. */
export function nextLine(child: ChildProcess, fits: (line: Line) => boolean = () => true): Promise<Line> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the output of this command is not read');
  const reader = createInterface({ input: stdout });
  return new Promise((resolve, reject) => {
    reader.on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (!fits(line)) return;
      reader.close();
      resolve(line);
    });
    child.once('exit', (code) => reject(new Error(`the command ended with ${String(code)} before`)));
  });
}

/** The error line that a command with `--json` printed last. */
export function errorOf({ stderr }: Ended): Line {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '{}') as Line;
}
