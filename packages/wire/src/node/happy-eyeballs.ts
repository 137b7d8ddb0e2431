import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';

/** RFC 8305 section 5: how long an attempt has the line for itself before the next one joins it (milliseconds). */
const ATTEMPT_DELAY = 250;

/** RFC 8305 section 4: the families take turns, beginning with that of the first address. */
export function interleave(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return first
    .flatMap((address, at) => [address, ...second.slice(at, at + 1)])
    .concat(second.slice(first.length));
}

/**
 * Gives the first socket that connects (RFC 8305): the next address is tried when one fails or takes long, and those before
 * go on meanwhile. The others are destroyed, as are all when `signal` fires. Rejects with the errors when all have failed.
 */
export function firstToConnect(
  addresses: readonly LookupAddress[],
  dial: (address: LookupAddress) => Socket,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const rest = [...addresses];
    const running = new Set<Socket>();
    const errors: Error[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (winner: Socket | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const socket of running) if (socket !== winner) socket.destroy();
      running.clear();
      rest.length = 0;
      if (winner === null) reject(new AggregateError(errors));
      else resolve(winner);
    };
    const abort = (): void => finish(null);
    const next = (): void => {
      clearTimeout(timer);
      const address = rest.shift();
      if (address === undefined) return running.size === 0 ? finish(null) : undefined;
      const socket = dial(address);
      running.add(socket);
      timer = setTimeout(next, ATTEMPT_DELAY);
      socket.once('connect', () => (running.has(socket) ? finish(socket) : undefined));
      // Stays for good: an error that nobody hears would end the process. 'close' follows it.
      socket.on('error', (error) => {
        if (!running.delete(socket)) return;
        errors.push(error);
        next();
      });
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else next();
  });
}
