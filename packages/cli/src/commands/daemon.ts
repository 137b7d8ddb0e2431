import { NatterError, errorData } from '@natter/core/error';
import { compatibility, connectDaemon, packageVersion } from '@natter/daemon';
import { ensureDaemon, stopDaemon } from '@natter/daemon/start';
import type { DaemonStatus } from '@natter/daemon';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/exit-code.ts';
import type { JsonItem } from '../output/output.ts';
import { askPassphrase } from '../prompts/passphrase.ts';

/** `natter daemon [--stay] [--detach] | --stop | --status`. */
export async function daemon(context: CommandContext): Promise<number> {
  const { given } = context;
  const [stay, detach, stop, status] = ['stay', 'detach', 'stop', 'status'].map((name) => given.flag(name));
  if (stop === true && (status === true || stay === true || detach === true))
    throw given.error('--stop stands alone');
  if (status === true && (stay === true || detach === true)) throw given.error('--status stands alone');
  if (status === true) return tellStatus(context);
  if (stop === true) return stopRunning(context);
  return detach === true ? runDetached(context, stay === true) : runHere(context, stay === true);
}

/** Exit code 1 when none runs, so that a script need not read the answer. */
async function tellStatus({ paths, output }: CommandContext): Promise<number> {
  const found = await connectDaemon(paths);
  found?.link.close();
  if (found === null) {
    output.item({ type: 'daemon', state: 'stopped', socket: paths.socket }, () => 'no daemon runs');
    return exitCodes.failed;
  }
  output.item(daemonItem(found.status, paths.socket), () => daemonText(found.status));
  return exitCodes.done;
}

async function stopRunning({ paths, output }: CommandContext): Promise<number> {
  const found = await connectDaemon(paths).catch((error: unknown) => killSilent(error, paths.pidFile));
  if (found !== null) await stopDaemon(found);
  const item = { type: 'daemon', state: 'stopped', socket: paths.socket, pid: found?.status.pid ?? null };
  output.item(item, () => (found === null ? 'no daemon runs' : `daemon ${found.status.pid} has ended`));
  return exitCodes.done;
}

/** One that does not answer any more cannot be asked: its process is ended by number. */
async function killSilent(error: unknown, pidFile: string): Promise<null> {
  if (!NatterError.isInstance(error) || error.data.code !== 'timeout') throw error;
  const { existsSync, readFileSync } = await import('node:fs');
  if (!existsSync(pidFile)) throw error;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!Number.isSafeInteger(pid) || pid <= 1) throw error;
  process.kill(pid, 'SIGKILL');
  return null;
}

async function runDetached(context: CommandContext, stay: boolean): Promise<number> {
  const { paths, environment, terminal, signal, output } = context;
  const { link, status } = await ensureDaemon(paths, {
    environment,
    ask: askPassphrase(terminal),
    arguments: stay ? ['--stay'] : [],
    signal,
  });
  if (stay) await link.call('daemon.stay', { stay });
  link.close();
  output.item(daemonItem({ ...status, stay: stay || status.stay }, paths.socket), () => daemonText(status));
  return exitCodes.done;
}

/** In the foreground, until idle or interrupted, as service managers want it. */
async function runHere(context: CommandContext, stay: boolean): Promise<number> {
  const { paths, environment, terminal, signal, output } = context;
  const { runDaemon } = await import('@natter/daemon/host');
  const running = await runDaemon({ paths, environment, stay, ask: askPassphrase(terminal) });
  if (running === null) return joinRunning(context, stay);
  signal.addEventListener('abort', () => running.stop('interrupted'));
  if (signal.aborted) running.stop('interrupted');
  const item = {
    type: 'daemon',
    state: 'running',
    pid: process.pid,
    version: packageVersion(),
    stay,
    socket: paths.socket,
  };
  output.item(item, () => `daemon ${process.pid} serves ${paths.socket}`);
  await running.ended;
  return exitCodes.done;
}

/** Another one has the profile: that one does what is wanted, or it cannot be done. */
async function joinRunning({ paths, output }: CommandContext, stay: boolean): Promise<number> {
  const found = await connectDaemon(paths);
  if (found === null)
    throw new NatterError(
      errorData('conflict', 'another natter process holds this profile; try again when it has ended', {
        retriable: true,
      }),
    );
  compatibility(found.status, packageVersion());
  if (stay) await found.link.call('daemon.stay', { stay });
  found.link.close();
  output.item(daemonItem({ ...found.status, stay: stay || found.status.stay }, paths.socket), () =>
    daemonText(found.status),
  );
  return exitCodes.done;
}

function daemonItem(status: DaemonStatus, socket: string): JsonItem {
  const { pid, version, stay, idle, frontEnds, startedAt } = status;
  return {
    type: 'daemon',
    state: 'running',
    pid,
    version,
    stay,
    idle: idle / 1000,
    frontEnds,
    startedAt: new Date(startedAt).toISOString(),
    socket,
  };
}

function daemonText({ pid, version, stay, idle }: DaemonStatus): string {
  return `daemon ${pid} runs (natter ${version}, ${stay ? 'stays' : `ends after ${idle / 60_000} idle minutes`})`;
}
