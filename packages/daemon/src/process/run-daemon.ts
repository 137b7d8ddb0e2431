import { rmSync } from 'node:fs';
import { NatterError, toErrorData } from '@natter/core/error';
import { isFinal } from '@natter/core/model';
import type { Handlers } from '@natter/core/link';
import { openProfile } from '../host/open-profile.ts';
import type { OpenedProfile } from '../host/open-profile.ts';
import type { Environment, ProfilePaths } from '../profile/paths.ts';
import { replacePrivateFile } from '../profile/private-files.ts';
import type { AskPassphrase } from '../secrets/passphrase.ts';
import { clientProtocol } from '../socket/daemon-manifest.ts';
import type { DaemonMethods } from '../socket/daemon-manifest.ts';
import { packageVersion } from '../version.ts';
import { IdleWatch } from './idle.ts';
import type { Log } from './log.ts';
import { serveSocket } from './serve-socket.ts';
import type { ServedSocket } from './serve-socket.ts';

/** How a daemon is run. */
export interface DaemonOptions {
  readonly paths: ProfilePaths;
  readonly environment: Environment;
  /** Whether it stays when idle. */
  readonly stay: boolean;
  readonly ask: AskPassphrase;
  /** What it says of itself; default the package's version. */
  readonly version?: string;
}

/** A daemon that serves. */
export interface RunningDaemon {
  readonly log: Log;
  /** Asks it to end. Idempotent. */
  stop(reason: string): void;
  /** Resolves when everything is closed. */
  readonly ended: Promise<void>;
}

/** Takes the profile and serves it until idle or stopped; `null` when another process has it. */
export async function runDaemon(options: DaemonOptions): Promise<RunningDaemon | null> {
  const { paths } = options;
  const profile = await openProfile(options);
  if (profile === null) return null;
  const stopping = Promise.withResolvers<string>();
  const idle = new IdleWatch(
    {
      after: profile.settings.idle,
      busy: () => hasWork(profile),
      onIdle: () => stopping.resolve('idle'),
    },
    options.stay,
  );
  let served: ServedSocket;
  try {
    const handlers = daemonHandlers(options, profile, idle, (reason) => stopping.resolve(reason));
    served = await serveSocket(paths.socket, handlers, () => idle.enter());
    replacePrivateFile(paths.pidFile, `${process.pid}\n`);
  } catch (error) {
    idle.end();
    await profile.close();
    throw error;
  }
  profile.log('info', 'daemon.ready', { pid: process.pid, version: options.version ?? packageVersion() });
  const end = async (): Promise<void> => {
    const reason = await stopping.promise;
    profile.log('info', 'daemon.stopping', { reason });
    idle.end();
    await served.close();
    rmSync(paths.pidFile, { force: true });
    await profile.close();
  };
  return { log: profile.log, stop: (reason) => stopping.resolve(reason), ended: end() };
}

/** Whether something waits to be sent: then an idle daemon has not done its work yet. */
async function hasWork(profile: OpenedProfile): Promise<boolean> {
  try {
    const listed = await profile.handlers.methods['operation.list']({}, new AbortController().signal);
    return listed.some(({ state }) => !isFinal(state));
  } catch (error) {
    profile.log('warn', 'daemon.idle-check-failed', { error: toErrorData(error).message });
    return false;
  }
}

function daemonHandlers(
  options: DaemonOptions,
  profile: OpenedProfile,
  idle: IdleWatch,
  stop: (reason: string) => void,
): Handlers<DaemonMethods> {
  const startedAt = Date.now();
  const { methods } = profile.handlers;
  return {
    ...profile.handlers,
    methods: {
      ...methods,
      // Whoever now chooses another keeper of secrets must not meet the daemon that was started with the old choice.
      'account.add': async (params, signal) => {
        try {
          return await methods['account.add'](params, signal);
        } catch (error) {
          const accounts = await methods['account.list']({}, signal);
          if (isSecretError(error) && accounts.length === 0) setTimeout(() => stop('no-secrets'), 10);
          throw error;
        }
      },
      'daemon.status': async () => ({
        name: 'natter',
        version: options.version ?? packageVersion(),
        protocol: clientProtocol,
        pid: process.pid,
        startedAt,
        stay: idle.stay,
        idle: profile.settings.idle,
        frontEnds: idle.frontEnds,
      }),
      'daemon.stop': async () => {
        // After the answer has left.
        setTimeout(() => stop('asked'), 10);
        return null;
      },
      'daemon.stay': async ({ stay }) => {
        idle.stay = stay;
        return null;
      },
    },
  };
}

function isSecretError(error: unknown): boolean {
  return NatterError.isInstance(error) && error.data.code === 'secret';
}
