import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { findExecutable } from './executables.ts';

const READY_WITHIN = 20_000;
const STOP_WITHIN = 5_000;
const LOG_LIMIT = 4 * 1024 * 1024;

/** How a server program is to be run. */
export interface ChildServerOptions {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly folder: string;
  /** Ports of 127.0.0.1 that accept connections once the server is ready. */
  readonly ports: readonly number[];
  /** A system user to run as when the tests run as root. */
  readonly user?: string;
  /** How long it may take to be ready, in milliseconds; 20 seconds by default. */
  readonly patience?: number;
  /** Variables that the program finds in its environment beside the test's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server program that runs as a child of the test. */
export interface ChildServer {
  readonly pid: number;
  /** What the server printed so far (the last 4 MiB). */
  log(): string;
  /** Ends the process with SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Asks the process to end, and kills it when it does not within 5 seconds. */
  stop(): Promise<void>;
}

/** Starts the program and resolves when all its ports accept connections; rejects with its log when it dies first. */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const [program, parameters] = commandLine(options);
  const child = spawn(program, parameters, {
    cwd: options.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  const log = collectLog(child);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      log.add(`${error.message}\n`);
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killOnExit);
  void ended.then(() => process.off('exit', killOnExit));

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await Promise.race([ended, delay(STOP_WITHIN, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
  };
  if (!(await becomesReady(options.ports, ended, options.patience ?? READY_WITHIN))) {
    await end('SIGKILL');
    throw new Error(`${options.program} did not become ready:\n${log.text()}`);
  }
  return {
    pid: child.pid ?? 0,
    log: () => log.text(),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Where util-linux is, setpriv ties the server's life to the test's and sheds root. */
function commandLine({ program, parameters, user }: ChildServerOptions): [string, string[]] {
  const setpriv = findExecutable('setpriv');
  if (setpriv === undefined) return [program, [...parameters]];
  const identity = user !== undefined && process.getuid?.() === 0 ? userIds(user) : undefined;
  const shed =
    identity === undefined ? [] : [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups'];
  return [setpriv, ['--pdeathsig=KILL', ...shed, program, ...parameters]];
}

/** Numeric ids of a system user, or `undefined` when there is no such user. */
export function userIds(user: string): { uid: number; gid: number } | undefined {
  const entry = spawnSync('getent', ['passwd', user], { encoding: 'utf8' }).stdout ?? '';
  const [, , uid, gid] = entry.trim().split(':');
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

async function becomesReady(
  ports: readonly number[],
  ended: Promise<void>,
  patience: number,
): Promise<boolean> {
  let alive = true;
  void ended.then(() => (alive = false));
  const deadline = Date.now() + patience;
  const waiting = new Set(ports);
  while (alive && Date.now() < deadline) {
    for (const port of waiting) if (await accepts(port)) waiting.delete(port);
    if (waiting.size === 0) return alive;
    await delay(25);
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function collectLog(child: ChildProcess): { add(text: string): void; text(): string } {
  let text = '';
  const add = (more: string): void => {
    text = (text + more).slice(-LOG_LIMIT);
  };
  child.stdout?.setEncoding('utf8').on('data', add);
  child.stderr?.setEncoding('utf8').on('data', add);
  return { add, text: () => text };
}
