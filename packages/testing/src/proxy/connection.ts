import type { Socket } from 'node:net';
import type { Random } from '../random.ts';
import type { ConnectionFaults } from './faults.ts';
import { Lane } from './lane.ts';
import { reset } from './reset.ts';

/** One connection through the proxy, both directions under control. */
export class ProxyConnection {
  /** 0 for the proxy's first. */
  readonly index: number;
  readonly toServer: Lane;
  readonly toClient: Lane;
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;

  constructor(index: number, client: Socket, server: Socket, options: { random: Random; capacity: number }) {
    this.index = index;
    this.#client = client;
    this.#server = server;
    const gone = new AbortController();
    const cut = this.cut.bind(this);
    const shared = { capacity: options.capacity, signal: gone.signal, cut };
    this.toServer = new Lane({
      ...shared,
      source: client,
      sink: server,
      random: options.random.fork('to server'),
    });
    this.toClient = new Lane({
      ...shared,
      source: server,
      sink: client,
      random: options.random.fork('to client'),
    });
    this.closed = Promise.all([this.#watch(client), this.#watch(server)]).then(() => gone.abort());
  }

  /** Sets the faults of both directions. */
  apply(faults: ConnectionFaults): void {
    this.toServer.faults = faults.toServer ?? {};
    this.toClient.faults = faults.toClient ?? {};
  }

  /** Cuts both sides now. `reset` sends RST, `close` a FIN (or RST where unread bytes wait, as a kernel does when a process exits). */
  cut(how: 'reset' | 'close'): void {
    for (const socket of [this.#client, this.#server]) {
      if (how === 'reset') reset(socket);
      else socket.destroy();
    }
  }

  /** A side that dies takes the other with it, the same way. */
  #watch(socket: Socket): Promise<void> {
    let failed = false;
    // An error here is what the proxy is for; 'close' follows it.
    socket.on('error', () => (failed = true));
    return new Promise((resolve) => {
      socket.once('close', () => {
        // A black hole keeps the secret: the other side is not told.
        const hole = socket === this.#client ? this.toServer.swallows : this.toClient.swallows;
        if (failed && !hole) this.cut('reset');
        resolve();
      });
    });
  }
}
