import type { Socket } from 'node:net';
import { addressBlock } from './address-block.ts';

/** Bounds on connections whose first request is not there yet. */
export interface HandshakeLimits {
  /** Of one place in the network, and over all. */
  readonly perAddress: number;
  readonly total: number;
}

/** A connection that is counted. */
interface Handshake {
  readonly block: string;
  readonly socket: Socket;
  readonly onClose: () => void;
}

/**
 * Counts the connections that have not said yet what they want. Such a one costs a descriptor, and time for each byte that it
 * trickles, before there is a visitor who could be counted.
 */
export class Handshakes {
  readonly #limits: HandshakeLimits;
  /** Of proxies the connections are many, and it is for them to look after those whom they serve. */
  readonly #isProxy: (address: string) => boolean;
  readonly #open = new Map<string, Handshake>();
  readonly #counts = new Map<string, number>();

  constructor(limits: HandshakeLimits, isProxy: (address: string) => boolean) {
    this.#limits = limits;
    this.#isProxy = isProxy;
  }

  /** A connection was made. False: it is one too many. */
  begin(socket: Socket): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || this.#isProxy(remoteAddress)) return true;
    const block = addressBlock(remoteAddress);
    const count = this.#counts.get(block) ?? 0;
    if (count >= this.#limits.perAddress || this.#open.size >= this.#limits.total) return false;
    const key = keyOf(socket);
    this.#counts.set(block, count + 1);
    const onClose = (): void => this.#end(key);
    this.#open.set(key, { block, socket, onClose });
    socket.once('close', onClose);
    return true;
  }

  /** Its request is there. */
  done(socket: Socket): void {
    this.#end(keyOf(socket));
  }

  #end(key: string): void {
    const handshake = this.#open.get(key);
    if (handshake === undefined) return;
    const { block, socket, onClose } = handshake;
    this.#open.delete(key);
    // A connection lives for days after its first request, and what listens to its end is kept as long.
    socket.removeListener('close', onClose);
    const left = (this.#counts.get(block) ?? 0) - 1;
    if (left > 0) this.#counts.set(block, left);
    else this.#counts.delete(block);
  }
}

/** The same for a connection and for TLS on it, which are two sockets. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
