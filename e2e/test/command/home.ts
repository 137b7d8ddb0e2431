import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../packages/cli/bin/natter.js', import.meta.url));

/** How long anything may take on a busy machine, in milliseconds. */
const PATIENCE = 45_000;

/** A line of `--json` output. */
export type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One person's profile, used by nothing but the command, each time in a process of its own. */
export class Home implements AsyncDisposable {
  readonly name: string;
  readonly folder: string = mkdtempSync(join(tmpdir(), 'natter-'));
  readonly #children = new Set<ChildProcess>();

  constructor(name: string) {
    this.name = name;
  }

  /** Runs a command with `--json` that must succeed; what it printed. */
  async natter(argv: readonly string[], input = ''): Promise<readonly Line[]> {
    const running = this.start(argv, input);
    const code = await running.ended;
    if (code !== 0)
      throw new Error(
        `${this.name}: natter ${argv.join(' ')} ended with ${String(code)}: ${running.errors()}`,
      );
    return running.lines;
  }

  /** Starts a command with `--json` that goes on. */
  start(argv: readonly string[], input = ''): Running {
    const child = spawn(process.execPath, [program, ...argv, '--json'], {
      env: {
        PATH: process.env['PATH'],
        NATTER_HOME: join(this.folder, 'home'),
        NATTER_SECRETS: 'plain',
      },
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    child.stdin.end(input);
    return new Running(child);
  }

  /** Ends the daemon: this side is away. */
  async leave(): Promise<void> {
    await this.natter(['daemon', '--stop']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.start(['daemon', '--stop']).ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command that is running, and what it printed so far. */
export class Running {
  readonly lines: Line[] = [];
  /** Its exit status; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #errors = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (text) =>
        this.lines.push(JSON.parse(text) as Line),
      );
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
  }

  errors(): string {
    return this.#errors;
  }

  /** Waits for so many lines. */
  async prints(count: number): Promise<void> {
    await until(`${count} lines`, () => this.lines.length >= count);
  }

  /** Ctrl-C; resolves with the exit status. */
  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}

/** Waits until something holds, and says what when it does not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it did not come to pass: ${what}`);
    await delay(50);
  }
}
