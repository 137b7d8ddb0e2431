import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { LinkError } from '../link-error.ts';
import { firstToConnect, interleave } from './happy-eyeballs.ts';

/** Where a connection goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** How long it may take (milliseconds). */
  readonly time: number;
}

/** The addresses of a host; the one that a test may put in its place. */
export type AddressLookup = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * Connects by happy eyeballs (RFC 8305) and gives the socket paused, so that nothing is read before somebody listens. Rejects
 * with LinkError; then no socket or timer is left. What breaks later shows as its 'close' at the latest.
 */
export async function connectSocket(
  { host, port, time }: Destination,
  signal: AbortSignal,
  addressesOf: AddressLookup = allAddresses,
): Promise<Socket> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), time);
  const over = AbortSignal.any([signal, deadline.signal]);
  try {
    const addresses = interleave(await unlessAborted(addressesOf(host), over));
    const socket = await firstToConnect(
      addresses,
      ({ address, family }) =>
        connect({ host: address, port, family, keepAlive: true, keepAliveInitialDelay: 60_000 }),
      over,
    );
    socket.pause();
    return socket;
  } catch (error) {
    if (signal.aborted) throw new LinkError('aborted', 'the connection was given up');
    if (over.aborted) throw new LinkError('timeout', `${host}:${port} did not answer in time`);
    throw describeFailure(error, host, port);
  } finally {
    clearTimeout(timer);
  }
}

function allAddresses(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true, order: 'verbatim' });
}

/** What is looked up goes on; nobody waits for it any more. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('given up'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Of several failures, the one that says most. */
const TELLING: readonly string[] = ['ECONNREFUSED', 'ETIMEDOUT'];

function describeFailure(failure: unknown, host: string, port: number): LinkError {
  const errors: readonly unknown[] = failure instanceof AggregateError ? failure.errors : [failure];
  const codes = errors.map((each) =>
    typeof each === 'object' && each !== null && 'code' in each ? String(each.code) : '',
  );
  const code = TELLING.find((each) => codes.includes(each)) ?? codes[0] ?? '';
  if (code === 'ECONNREFUSED')
    return new LinkError('connect-refused', `${host}:${port} refused the connection`, { cause: failure });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA')
    return new LinkError('name-not-found', `no address is known for ${host}`, { cause: failure });
  if (code === 'ETIMEDOUT')
    return new LinkError('timeout', `${host}:${port} did not answer in time`, { cause: failure });
  const first: unknown = errors[0];
  const why = first instanceof Error ? first.message : code;
  return new LinkError('connect-failed', `could not connect to ${host}:${port}: ${why}`, { cause: failure });
}
