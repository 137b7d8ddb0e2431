import { connect, type Socket } from 'node:net';
import type { Channel, Platform, Target } from '../channel.ts';
import { WireError } from '../error.ts';
import type { WireLimits } from '../limits.ts';
import { SocketChannel } from './socket-channel.ts';
import { handshake } from './tls.ts';

/** TCP with happy eyeballs (Node's own) and TLS. */
export const nodePlatform: Platform = {
  async connect(target, limits, signal): Promise<Channel> {
    const socket = await connectSocket(target, limits, signal);
    if (!target.secure) return new SocketChannel(socket, false);
    const { host, trust, client } = target;
    const time = limits.handshakeTime;
    return new SocketChannel(await handshake(socket, { name: host, trust, client, time, signal }), true);
  },
};

function connectSocket({ host, port }: Target, limits: WireLimits, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: 60_000 });
    const settle = (error: WireError | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('connect', connected).off('error', fail);
      if (error === null) {
        socket.pause();
        return resolve(socket);
      }
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const connected = (): void => settle(null);
    const fail = (error: Error): void => settle(describeFailure(error, host, port));
    const abort = (): void => settle(new WireError('aborted', 'the connection was given up'));
    const timer = setTimeout(
      () => settle(new WireError('timeout', `${host}:${port} did not answer in time`)),
      limits.connectTime,
    );
    socket.on('connect', connected).on('error', fail);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function describeFailure(error: NodeJS.ErrnoException, host: string, port: number): WireError {
  // Happy eyeballs wraps one error per address; the first has the code that matters.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED')
    return new WireError('connect-refused', `${host}:${port} refused the connection`, { cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA')
    return new WireError('name-not-found', `no address is known for ${host}`, { cause: error });
  if (code === 'ETIMEDOUT')
    return new WireError('timeout', `${host}:${port} did not answer in time`, { cause: error });
  return new WireError('connect-failed', `could not connect to ${host}:${port}: ${error.message || code}`, {
    cause: error,
  });
}
