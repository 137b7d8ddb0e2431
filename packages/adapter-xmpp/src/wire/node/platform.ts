import { connect, type Socket } from 'node:net';
import type { Channel, Platform, Target, TrustPolicy } from '../channel.ts';
import { WireError } from '../error.ts';
import type { WireLimits } from '../limits.ts';
import { fetchFile } from './http.ts';
import { resolveTargets } from './resolver.ts';
import { TcpChannel } from './tcp-channel.ts';
import { handshake } from './tls.ts';

/** The protocol name of XEP-0368. */
const ALPN = ['xmpp-client'];

/** TCP with happy eyeballs (Node's own), TLS and DNS. */
export const nodePlatform: Platform = {
  fetch: fetchFile,
  resolve: resolveTargets,
  async connect(target, domain, trust, limits, signal): Promise<Channel> {
    const socket = await connectSocket(target, limits, signal);
    const options = { domain, trust, limits };
    if (target.security === 'starttls') return new TcpChannel(socket, null, options);
    return secureChannel(socket, domain, trust, limits, signal);
  },
};

async function secureChannel(
  socket: Socket,
  domain: string,
  trust: TrustPolicy,
  limits: WireLimits,
  signal: AbortSignal,
): Promise<Channel> {
  const secured = await handshake(socket, {
    domain,
    trust,
    protocols: ALPN,
    time: limits.handshakeTime,
    signal,
  });
  return new TcpChannel(socket, secured, { domain, trust, limits });
}

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
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') {
    return new WireError('name-not-found', `no address is known for ${host}`, { cause: error });
  }
  if (code === 'ETIMEDOUT')
    return new WireError('timeout', `${host}:${port} did not answer in time`, { cause: error });
  return new WireError('connect-failed', `could not connect to ${host}:${port}: ${error.message || code}`, {
    cause: error,
  });
}
