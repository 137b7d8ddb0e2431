import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a measured process has used. */
export interface Usage {
  /** Seconds of CPU, all threads, user and system. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** A process under measurement. */
export interface MeasuredProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  /** The same, after it has collected its garbage. */
  usageAtRest(): Promise<Usage>;
  /** Ends it by SIGKILL: what it has promised must be on the disk. */
  kill(): Promise<void>;
}

/** Starts one of the processes of this folder. */
export async function startProcess(file: string, ...args: readonly string[]): Promise<MeasuredProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { stdio: 'inherit' });
  const { url } = await answer(child);
  return {
    url: String(url),
    usage: () => ask(child, 'usage'),
    usageAtRest: () => ask(child, 'gc'),
    async kill(): Promise<void> {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function ask(child: ChildProcess, question: 'usage' | 'gc'): Promise<Usage> {
  child.send(question);
  const { cpu, memory } = await answer(child);
  const { user, system } = Object(cpu) as NodeJS.CpuUsage;
  return { cpu: (user + system) / 1e6, memory: Number(memory) };
}

async function answer(child: ChildProcess): Promise<Record<string, unknown>> {
  const [message] = (await once(child, 'message')) as unknown[];
  return Object(message) as Record<string, unknown>;
}
