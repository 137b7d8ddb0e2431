import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NatterError, errorData } from '@natter/core/error';
import type { Environment, ProfilePaths } from '../profile/paths.ts';
import { ensurePrivateFolder } from '../profile/private-files.ts';
import type { PassphraseAnswer, StartReport } from '../process/messages.ts';
import type { AskPassphrase } from '../secrets/passphrase.ts';
import { packageVersion } from '../version.ts';
import { compatibility } from './compatible.ts';
import { connectDaemon } from './connect.ts';
import type { FoundDaemon } from './connect.ts';

/** How to get at a daemon. */
export interface StartOptions {
  readonly environment: Environment;
  /** Asked when the secrets file needs a passphrase and no command gives it. */
  readonly ask: AskPassphrase;
  /** Whether the link goes on after a cut, with a new daemon when the old one died. */
  readonly resume?: boolean;
  /** Arguments of the daemon process: `--stay`. */
  readonly arguments?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Milliseconds until a daemon must serve; opening a large store on a slow disk is within it. */
const patience = 30_000;

/**
 * Connects to the daemon of a profile, and starts one when none runs. Of several that are started at once exactly one gets
 * the profile, and all commands end up with that one. An older one is asked to end and replaced; a newer one is refused.
 */
export async function ensureDaemon(paths: ProfilePaths, options: StartOptions): Promise<FoundDaemon> {
  const version = packageVersion();
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    options.signal?.throwIfAborted();
    const found = await connectDaemon(
      paths,
      options.resume === true ? () => revive(paths, options) : undefined,
    );
    if (found && compatibility(found.status, version) === 'yes') return found;
    if (found) await stopDaemon(found);
    // Also when the other one holds the profile without serving yet (or any more), or a command does without a daemon.
    else if ((await startDaemon(paths, options)) === 'busy') await delay(50);
  }
  throw new NatterError(
    errorData(
      'timeout',
      `another process has held the profile for ${patience / 1000} seconds without serving; its log is ${paths.logFile}`,
      {
        retriable: true,
      },
    ),
  );
}

/**
 * Starts a daemon in the place of one that died: it has left the file with its number. One that was told to end has not,
 * and whoever ended it does not want it back; it comes back with the next command that needs it.
 */
async function revive(paths: ProfilePaths, options: StartOptions): Promise<void> {
  if (existsSync(paths.pidFile)) await startDaemon(paths, options);
}

/** Asks a daemon to end; resolves when its process is gone, and with it everything that it held. */
export async function stopDaemon(found: FoundDaemon): Promise<void> {
  try {
    await found.link.call('daemon.stop', {}, { deadline: 10_000 });
  } catch (error) {
    // It was ending already.
    if (!NatterError.isInstance(error) || error.data.code !== 'network') throw error;
  }
  found.link.close();
  const deadline = Date.now() + patience;
  while (isAlive(found.status.pid)) {
    if (Date.now() > deadline)
      throw new NatterError(
        errorData('timeout', `the daemon (process ${found.status.pid}) does not end`, { retriable: true }),
      );
    await delay(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Starts a daemon process of its own session, so that it outlives this one and its terminal. Resolves when it serves
 * (`ready`) or finds the profile taken (`busy`); rejects with what kept it from starting.
 */
export async function startDaemon(paths: ProfilePaths, options: StartOptions): Promise<'ready' | 'busy'> {
  const { spawn } = await import('node:child_process');
  ensurePrivateFolder(paths.dataFolder);
  const program = fileURLToPath(new URL('../process/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...(options.arguments ?? [])], {
    cwd: paths.dataFolder,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Relative to the folder of this command; the daemon stands in another one.
    env: { ...options.environment, ...(paths.home !== null && { NATTER_HOME: paths.home }) },
  });
  const reports = new Promise<'ready' | 'busy'>((resolve, reject) => {
    child.on('message', (message) => {
      const report = message as StartReport;
      if (report.report === 'failed') reject(new NatterError(report.error));
      else if (report.report !== 'passphrase') resolve(report.report);
      else
        void answer(options.ask, report).then((reply) => {
          if (child.connected) child.send(reply);
        });
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(died(paths, code, signal)));
  });
  try {
    return await Promise.race([reports, aborted(options.signal)]);
  } finally {
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

async function answer(
  ask: AskPassphrase,
  report: Extract<StartReport, { report: 'passphrase' }>,
): Promise<PassphraseAnswer> {
  // Whoever cannot ask, or was interrupted, has no passphrase to give; the daemon then says what to do.
  return { passphrase: await ask(report.purpose, report.attempt).catch(() => null) };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function died(paths: ProfilePaths, code: number | null, signal: string | null): NatterError {
  const how = signal ?? `status ${String(code)}`;
  return new NatterError(
    errorData('internal', `the daemon ended while it started (${how}); its log is ${paths.logFile}`, {
      userAction: 'report',
    }),
  );
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
