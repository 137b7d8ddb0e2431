import { connect, type Socket } from 'node:net';
import { LinkError } from '../link-error.ts';

/** Where a connection goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** How long it may take (milliseconds). */
  readonly time: number;
}

/**
 * Connects by happy eyeballs (RFC 8305, Node's own) and gives the socket paused, so that nothing is read before somebody
 * listens. Rejects with LinkError; then no socket or timer is left. What breaks later shows as its 'close' at the latest.
 */
export function connectSocket({ host, port, time }: Destination, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: 60_000 });
    const settle = (error: LinkError | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('connect', connected).off('error', fail);
      if (error === null) {
        socket.pause();
        return resolve(socket);
      }
      socket.destroy();
      reject(error);
    };
    const connected = (): void => settle(null);
    const fail = (error: Error): void => settle(describeFailure(error, host, port));
    const abort = (): void => settle(new LinkError('aborted', 'the connection was given up'));
    const timer = setTimeout(
      () => settle(new LinkError('timeout', `${host}:${port} did not answer in time`)),
      time,
    );
    socket.on('connect', connected).on('error', fail);
    // Also when it is given up, or taken over later: an error without a listener would end the process. 'close' follows it.
    socket.on('error', () => {});
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function describeFailure(error: NodeJS.ErrnoException, host: string, port: number): LinkError {
  // Happy eyeballs wraps one error per address; the first has the code that matters.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED')
    return new LinkError('connect-refused', `${host}:${port} refused the connection`, { cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA')
    return new LinkError('name-not-found', `no address is known for ${host}`, { cause: error });
  if (code === 'ETIMEDOUT')
    return new LinkError('timeout', `${host}:${port} did not answer in time`, { cause: error });
  return new LinkError('connect-failed', `could not connect to ${host}:${port}: ${error.message || code}`, {
    cause: error,
  });
}
