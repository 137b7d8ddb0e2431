import type { Socket } from 'node:net';
import { answerLimits, connectLink } from '@natter/core/link/connect';
import type { ByteDuplex } from '@natter/core/link/connect';
import { NatterError, errorData } from '@natter/core/error';
import type { ProfilePaths } from '../profile/paths.ts';
import { daemonManifest } from './daemon-manifest.ts';
import type { DaemonLink, DaemonStatus } from './daemon-manifest.ts';
import { dial } from './dial.ts';
import { lineDuplex } from './line-duplex.ts';

/** A connected daemon that has said who it is. */
export interface FoundDaemon {
  readonly link: DaemonLink;
  readonly status: DaemonStatus;
}

/** Milliseconds in which a daemon must say who it is. */
const handshakeTime = 10_000;

/**
 * Connects to the daemon of a profile; `null` when none runs, also when it ended under our hands. A daemon that accepts
 * but does not answer is a NatterError of code `timeout`. With `revive` the link dials again after a cut, and calls it
 * first when no daemon is there any more.
 */
export async function connectDaemon(
  paths: Pick<ProfilePaths, 'socket'>,
  revive?: () => Promise<void>,
): Promise<FoundDaemon | null> {
  const first = await dial(paths.socket);
  if (first === null) return null;
  const link = await linkOver(paths.socket, first, revive);
  try {
    return { link, status: await link.call('daemon.status', {}, { deadline: handshakeTime }) };
  } catch (error) {
    link.close();
    if (NatterError.isInstance(error) && error.data.code === 'timeout') throw silent(paths.socket);
    if (NatterError.isInstance(error) && error.data.code === 'network') return null;
    throw error;
  }
}

async function linkOver(
  path: string,
  first: Socket,
  revive: (() => Promise<void>) | undefined,
): Promise<DaemonLink> {
  let socket: Socket | null = first;
  return connectLink({
    manifest: daemonManifest,
    redial: revive === undefined ? false : {},
    connect: async () => {
      let found = socket ?? (await dial(path));
      socket = null;
      if (found === null && revive !== undefined) {
        await revive();
        found = await dial(path);
      }
      if (found === null) throw new NatterError(errorData('network', 'no daemon runs', { retriable: true }));
      return lineDuplex(found, answerLimits.maxLength);
    },
    connectBytes: () => connectBytes(path),
  });
}

async function connectBytes(path: string): Promise<ByteDuplex> {
  const [{ Duplex }, socket] = await Promise.all([import('node:stream'), dial(path)]);
  if (socket === null) throw new NatterError(errorData('network', 'no daemon runs', { retriable: true }));
  return Duplex.toWeb(socket) as ByteDuplex;
}

function silent(path: string): NatterError {
  return new NatterError(
    errorData('timeout', `the daemon at ${path} does not answer; end it with natter daemon --stop`, {
      retriable: true,
    }),
  );
}
